import { PYTHON_COMMON } from './python-common.ts';
import { PYTHON_PLUGIN_API } from './python-plugin-api.ts';

/**
 * The program that runs the user's filters, tests and lookups. It reads requests from file descriptor 3, one JSON document a line, and
 * writes responses to 4. While it handles a request, it may itself ask for things, such as the value of a variable.
 */
export const PYTHON_DRIVER = String.raw`${PYTHON_COMMON}
import base64, contextlib, datetime, functools, importlib, importlib.abc, importlib.machinery, importlib.util, io, math, signal

signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.dont_write_bytecode = True
sys.stdout.reconfigure(line_buffering=True)
SEND = os.fdopen(4, 'w', encoding='ascii')
for fd in (3, 4):
    os.set_inheritable(fd, False)

# ---------------------------------------------------------------- values

class NoData(Exception):
    pass

def shown_type(value):
    return type(value).__name__

def pack(value):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value) if abs(value) < 2 ** 53 else {'!int': str(int(value))}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) and not value.is_integer() else {'!float': repr(float(value))}
    if isinstance(value, tuple):
        return {'!tuple': [pack(one) for one in value]}
    if isinstance(value, collections.abc.Mapping):
        if all(isinstance(key, str) and key[:1] not in '!0123456789' for key in value):
            return {str(key): pack(value[key]) for key in value}
        return {'!dict': [[pack(key), pack(value[key])] for key in value]}
    if isinstance(value, (bytes, bytearray)):
        return pack_bytes(bytes(value))
    if isinstance(value, (datetime.datetime, datetime.date)):
        return {'!date': value.isoformat()}
    if is_undefined(value):
        str(value)
        raise UNDEFINED[0]('a value in the result is undefined')
    if isinstance(value, (collections.abc.Sequence, collections.abc.Set, collections.abc.Iterator, collections.abc.ValuesView)):
        return [pack(one) for one in value]
    raise NoData('it returned an object of the type %s, which is not plain data (text, number, list, dict)' % shown_type(value))

def pack_bytes(value):
    try:
        return value.decode('utf-8')
    except UnicodeDecodeError:
        return {'!bytes': base64.b64encode(value).decode('ascii')}

def unpack(value):
    if isinstance(value, list):
        return [unpack(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (tag, inner), = value.items()
        if tag in TAGS:
            return TAGS[tag](inner)
    return {key: unpack(one) for key, one in value.items()}

def to_date(text):
    return datetime.date.fromisoformat(text) if len(text) == 10 else datetime.datetime.fromisoformat(text)

TAGS = {
    '!int': int, '!float': float, '!bytes': base64.b64decode, '!date': to_date,
    '!tuple': lambda items: tuple(unpack(one) for one in items),
    '!dict': lambda items: {unpack(key): unpack(one) for key, one in items},
}

# ---------------------------------------------------------------- the exchange

def send(message):
    SEND.write(json.dumps(message) + '\n')
    SEND.flush()

def ask(what, **details):
    send(dict(details, ask=what))
    while True:
        message = receive()
        if 'do' in message:
            send(handle(message))
        elif 'error' in message:
            raise (AnsibleUndefinedVariable if message['undefined'] else AnsibleError)(message['error'])
        else:
            return unpack(message['value'])

def receive():
    line = RECEIVE.readline()
    if not line:
        os._exit(0)
    return json.loads(line)

def handle(request):
    try:
        return {'result': pack(DO[request['do']](request))}
    except BaseException as error:
        return {'error': told(error)}

def told(error):
    kind = type(error)
    return dict(type=kind.__name__, shown=str(kind), message=str(error), kind=kind_of(error), at=place_of(error))

def kind_of(error):
    if isinstance(error, tuple(UNDEFINED) + (AnsibleUndefinedVariable,)):
        return 'undefined'
    if isinstance(error, AnsibleLookupError):
        return 'lookup'
    for kind, name in ((AnsibleError, 'ansible'), (NoData, 'no data'), (TypeError, 'type'), (ValueError, 'value')):
        if isinstance(error, kind):
            return name
    return 'other'

def place_of(error):
    import traceback
    if isinstance(error, SyntaxError) and error.filename:
        return [error.filename, error.lineno or 1]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != '<string>' and '<frozen' not in frame.filename]
    return [frames[-1].filename, frames[-1].lineno] if frames else None

${PYTHON_PLUGIN_API}# ---------------------------------------------------------------- plugins

SETUP = {'config': None, 'search': []}
MODULES, TABLES = {}, {}

def set_up(request):
    SETUP['config'] = request['config']
    stand_in('ansible_collections').__path__ = [os.path.join(root, 'ansible_collections') for root in request['collections']]

def module_of(request):
    path = request['file']
    if path not in MODULES:
        MODULES[path] = import_file(request.get('module') or 'ansible.plugins.%s.%s' % (request['kind'], os.path.basename(path)[:-3]), path)
    return MODULES[path]

def import_file(name, path):
    if name.startswith('ansible_collections.'):
        importlib.import_module(name.rpartition('.')[0])
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    note_undefined()
    return module

def note_undefined():
    real = sys.modules.get('jinja2.exceptions')
    if real is not None and real.UndefinedError not in UNDEFINED:
        UNDEFINED.append(real.UndefinedError)

def table_of(request):
    key = request['kind'], request['file']
    if key not in TABLES:
        module = module_of(request)
        TABLES[key] = module.FilterModule().filters() if request['kind'] == 'filter' else module.TestModule().tests()
    return TABLES[key]

def call(request):
    function = table_of(request)[request['name']]
    args, kwargs = unpack(request['args']), unpack(request['kwargs'])
    return function(*passed_first(function), *args, **kwargs)

def look_up(request):
    loader = Loader(request['folder'])
    plugin = module_of(request).LookupModule(loader=loader, templar=Templar(loader))
    plugin._load_name = request['name']
    plugin._loader, plugin._templar = getattr(plugin, '_loader', loader), getattr(plugin, '_templar', None) or Templar(loader)
    plugin._display = DISPLAY
    SETUP['search'].append(request['search'])
    try:
        result = plugin.run(unpack(request['args']), variables=Variables(), **unpack(request['kwargs']))
        return list(result) if isinstance(result, collections.abc.Iterator) else result
    finally:
        SETUP['search'].pop()

DO = {'set up': set_up, 'names': lambda request: list(table_of(request)), 'call': call, 'look up': look_up}

while True:
    send(handle(receive()))
`;
