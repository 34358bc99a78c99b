/**
 * What plugins import from Ansible's package beyond `PYTHON_COMMON`, as a part of the driver: errors, the base of
 * lookups with their options, and what else plugins use. It is our own; each part does what Ansible's documentation
 * says about the name.
 */
export const PYTHON_PLUGIN_API = `# ---------------------------------------------------------------- errors

class AnsibleError(Exception):
    def __init__(self, message='', obj=None, show_content=True, suppress_extended_error=False, orig_exc=None, **_):
        super().__init__(message)
        self.message, self.obj, self.orig_exc = to_text(message), obj, orig_exc
    def __str__(self):
        return self.message

class AnsibleRuntimeError(AnsibleError): pass
class AnsibleTemplateError(AnsibleRuntimeError): pass
class AnsibleLookupError(AnsibleTemplateError): pass
class AnsibleUndefinedVariable(AnsibleTemplateError): pass
class AnsibleFilterError(AnsibleTemplateError): pass
class AnsibleTypeError(AnsibleTemplateError, TypeError): pass
class AnsibleFilterTypeError(AnsibleTypeError): pass
class AnsibleAssertionError(AnsibleError, AssertionError): pass
ERRORS = dict(AnsibleError=AnsibleError, AnsibleRuntimeError=AnsibleRuntimeError, AnsibleTemplateError=AnsibleTemplateError,
              AnsibleLookupError=AnsibleLookupError, AnsibleUndefinedVariable=AnsibleUndefinedVariable, AnsibleFilterError=AnsibleFilterError,
              AnsibleTypeError=AnsibleTypeError, AnsibleFilterTypeError=AnsibleFilterTypeError, AnsibleAssertionError=AnsibleAssertionError)
for name, base in dict(AnsibleOptionsError=AnsibleError, AnsibleParserError=AnsibleError, AnsibleInternalError=AnsibleError, AnsibleVaultError=AnsibleError,
                       AnsiblePluginError=AnsibleError, AnsiblePluginRemovedError=AnsibleError, AnsiblePluginNotFound=AnsibleError, AnsibleRequiredOptionError=AnsibleError,
                       AnsibleModuleError=AnsibleRuntimeError, AnsibleConnectionFailure=AnsibleRuntimeError, AnsibleActionFail=AnsibleRuntimeError,
                       AnsibleFileNotFound=AnsibleRuntimeError, AnsibleVaultPasswordError=AnsibleError, AnsibleUndefinedConfigEntry=AnsibleError).items():
    ERRORS[name] = type(name, (base,), {'__module__': 'ansible.errors'})

# ---------------------------------------------------------------- Jinja

class Undefined:
    def __init__(self, hint=None, obj=None, name=None, exc=None):
        self._undefined_hint, self._undefined_obj, self._undefined_name = hint, obj, name

class UndefinedError(Exception):
    pass

UNDEFINED = [UndefinedError]

def is_undefined(value):
    return any(cls.__name__ == 'Undefined' for cls in type(value).__mro__)

def passing(what):
    def mark(function):
        function.jinja_pass_arg = what
        return function
    return mark

if importlib.util.find_spec('jinja2') is None:
    marks = dict(pass_context=passing('context'), pass_environment=passing('environment'), pass_eval_context=passing('eval_context'),
                 contextfilter=passing('context'), environmentfilter=passing('environment'))
    stand_in('jinja2', Undefined=Undefined, **marks)
    stand_in('jinja2.runtime', Undefined=Undefined)
    stand_in('jinja2.filters', **marks)
    stand_in('jinja2.utils', **marks)
    stand_in('jinja2.exceptions', UndefinedError=UndefinedError)

def passed_first(function):
    wanted = getattr(getattr(function, 'jinja_pass_arg', None), 'name', getattr(function, 'jinja_pass_arg', None))
    if wanted is None:
        return ()
    if wanted == 'context':
        return (Variables(),)
    if wanted == 'environment' and hasattr(sys.modules.get('jinja2'), 'Environment'):
        return (sys.modules['jinja2'].Environment(),)
    raise AnsibleError("it wants Jinja's %s, which Retrace does not have" % wanted)

# ---------------------------------------------------------------- what plugins use

class Display:
    verbosity, columns = 0, 79
    def warning(self, msg, **_):
        ask('warn', message=str(msg))
    def display(self, msg, *_, **__):
        print(msg)
    def error(self, msg, *_, **__):
        print(msg)
    def deprecated(self, *_, **__):
        pass
    v = vv = vvv = vvvv = vvvvv = vvvvvv = verbose = debug = banner = deprecated

class Variables(collections.abc.Mapping):
    'The variables of the task. Each is evaluated when it is used.'
    def __getitem__(self, name):
        if not isinstance(name, str) or not ask('defined', name=name):
            raise KeyError(name)
        return ask('variable', name=name)
    def __contains__(self, name):
        return isinstance(name, str) and ask('defined', name=name)
    def __iter__(self):
        return iter(ask('names'))
    def __len__(self):
        return len(ask('names'))
    def copy(self):
        return dict(self)
    def resolve(self, name):
        return self.get(name)
    get_all = copy

def holds_template(value):
    if isinstance(value, str):
        return '{{' in value or '{%' in value
    if isinstance(value, collections.abc.Mapping):
        return any(holds_template(one) for one in value.values())
    return isinstance(value, (list, tuple)) and any(holds_template(one) for one in value)

class Templar:
    def __init__(self, loader=None, variables=None):
        self._loader, self.available_variables = loader, Variables() if variables is None else variables
    def template(self, value, *_, **__):
        if holds_template(value):
            raise AnsibleError('it evaluates a template of its own, which Retrace does not do for plugins: %s' % (value,))
        return value
    do_template = template
    def is_template(self, value):
        return holds_template(value)
    is_possibly_template = is_template
    def copy_with_new_env(self, environment_class=None, **changes):
        return Templar(self._loader, changes.get('available_variables', self.available_variables))
    @contextlib.contextmanager
    def set_temporary_context(self, **changes):
        before = self.available_variables
        self.available_variables = changes.get('available_variables', before)
        try:
            yield
        finally:
            self.available_variables = before

class Loader:
    def __init__(self, folder):
        self.folder = folder
    def get_basedir(self):
        return self.folder
    def set_basedir(self, folder):
        self.folder = folder
    def path_dwim(self, given):
        return os.path.normpath(os.path.join(self.folder, os.path.expanduser(to_text(given))))
    def path_dwim_relative(self, path, dirname, source, is_role=False):
        return self.first_of([path], dirname, source)
    def path_dwim_relative_stack(self, paths, dirname, source, is_role=False):
        found = self.first_of(paths, dirname, source)
        return found if os.path.exists(found) else None
    def first_of(self, paths, dirname, source):
        places = [place for path in list(paths) + [self.folder] for place in (os.path.join(path, dirname, source), os.path.join(path, source))]
        places = [os.path.abspath(os.path.expanduser(place)) for place in places]
        return next((place for place in places if os.path.exists(place)), places[0])
    def path_exists(self, path):
        return os.path.exists(self.path_dwim(path))
    def is_file(self, path):
        return os.path.isfile(self.path_dwim(path))
    def is_directory(self, path):
        return os.path.isdir(self.path_dwim(path))
    def list_directory(self, path):
        return os.listdir(self.path_dwim(path))
    def _get_file_contents(self, path):
        content = ask('file', path=self.path_dwim(path))
        if content is None:
            raise ERRORS['AnsibleFileNotFound']("Unable to retrieve file contents: '%s' was not found" % path)
        return content, True
    def load(self, data, *_, **__):
        return ask('yaml', text=to_text(data))
    def load_from_file(self, path, *_, **__):
        return self.load(self._get_file_contents(path)[0])
    def get_real_file(self, path, decrypt=True):
        real = self.path_dwim(path)
        with open(real, 'rb') as file:
            if decrypt and file.read(14) == b'$ANSIBLE_VAULT':
                raise AnsibleError('%s is encrypted, and Retrace writes no decrypted copies of files' % path)
        return real
    def cleanup_tmp_file(self, path):
        pass

def words(value):
    if isinstance(value, str):
        return [part.strip() for part in value.split(',')]
    return list(value) if isinstance(value, (list, tuple)) else [value]

def to_path(value):
    return os.path.abspath(os.path.expanduser(os.path.expandvars(str(value))))

TYPES = {
    'str': to_text, 'string': to_text, 'bool': to_bool, 'boolean': to_bool, 'int': int, 'integer': int, 'float': float, 'list': words,
    'path': to_path, 'tmppath': to_path, 'pathlist': lambda value: [to_path(one) for one in words(value)],
    'pathspec': lambda value: [to_path(one) for one in (value.split(os.pathsep) if isinstance(value, str) else value)],
}

def typed(name, value, about):
    try:
        result = TYPES.get(about.get('type'), lambda given: given)(value)
    except (TypeError, ValueError) as error:
        raise ERRORS['AnsibleOptionsError']("Invalid type for the option '%s': expected %s: %s" % (name, about.get('type'), error))
    choices = about.get('choices')
    for one in (result if isinstance(result, list) else [result]) if choices else []:
        if one not in choices:
            raise ERRORS['AnsibleOptionsError']("Invalid value '%s' for the option '%s', valid values are: %s" % (one, name, ', '.join(map(str, choices))))
    return result

def from_ini(places):
    file = SETUP['config']
    if file is None or not places:
        return None
    import configparser
    ini = configparser.ConfigParser(interpolation=None, strict=False)
    ini.read(file)
    return next((ini.get(place['section'], place['key']) for place in places if ini.has_option(place['section'], place['key'])), None)

def fragment_of(name):
    parts = name.split('.')
    if len(parts) < 3:
        return {}
    part = parts[3].upper() if len(parts) > 3 else 'DOCUMENTATION'
    module = importlib.import_module('ansible_collections.%s.%s.plugins.doc_fragments.%s' % tuple(parts[:3]))
    return ask('yaml', text=getattr(module.ModuleDocFragment, part)).get('options') or {}

class AnsiblePlugin:
    allow_extras = False
    _load_name = _options = None
    def _documented(self):
        text = getattr(sys.modules[type(self).__module__], 'DOCUMENTATION', None)
        about = ask('yaml', text=text) if text else None
        options = {}
        for name in words((about or {}).get('extends_documentation_fragment') or []):
            options.update(fragment_of(name))
        options.update((about or {}).get('options') or {})
        return options
    def set_options(self, task_keys=None, var_options=None, direct=None):
        self._options = {name: self._value_of(name, about or {}, var_options or {}, direct or {}) for name, about in self._documented().items()}
    def _value_of(self, name, about, variables, direct):
        for key in [name] + list(about.get('aliases') or []):
            if key in direct:
                return typed(name, direct[key], about)
        for one in about.get('vars') or []:
            if one['name'] in variables:
                return typed(name, variables[one['name']], about)
        for one in about.get('env') or []:
            if one['name'] in os.environ:
                return typed(name, os.environ[one['name']], about)
        written = from_ini(about.get('ini'))
        if written is not None:
            return typed(name, written, about)
        if about.get('default') is not None:
            return typed(name, about['default'], about)
        if about.get('required') and name[:1] != '_':
            raise ERRORS['AnsibleRequiredOptionError']("Required config '%s' for the plugin '%s' not provided." % (name, self._load_name))
        return None
    def _known(self):
        if self._options is None:
            self.set_options()
        return self._options
    def get_option(self, option, hostvars=None):
        if option not in self._known():
            raise KeyError('Requested option %s was not defined in configuration' % option)
        return self._options[option]
    def get_options(self, hostvars=None):
        return dict(self._known())
    def set_option(self, option, value):
        self._known()[option] = value
    def has_option(self, option):
        return option in self._known()

class LookupBase(AnsiblePlugin):
    def __init__(self, loader=None, templar=None, **_):
        self._loader, self._templar, self._display = loader, templar, DISPLAY
    def get_basedir(self, variables):
        return variables.get('role_path') or self._loader.get_basedir()
    def find_file_in_search_path(self, myvars, subdir, needle, ignore_missing=False):
        places = [os.path.join(folder, needle) for folder in SETUP['search'][-1].get(subdir, [self._loader.get_basedir()])]
        found = next((place for place in places if os.path.exists(place)), None)
        if found is None and not ignore_missing:
            DISPLAY.warning("Unable to find '%s' in expected paths (use -vvvvv to see paths)" % needle)
        return found
    @staticmethod
    def _flatten(terms):
        return [one for term in terms for one in (term if isinstance(term, (list, tuple)) else [term])]
    @staticmethod
    def _combine(a, b):
        return [LookupBase._flatten([one, two]) for one in a for two in b]
    @staticmethod
    def _flatten_hash_to_list(terms):
        return [{'key': key, 'value': terms[key]} for key in terms]

class Constants(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return ask('setting', name=name)

def listify(terms, templar=None, loader=None, fail_on_undefined=True, convert_bare=False):
    return [terms] if isinstance(terms, str) or not isinstance(terms, collections.abc.Iterable) else terms

def merge_hash(x, y, recursive=True, list_merge='replace'):
    if list_merge != 'replace':
        raise AnsibleError('merge_hash with list_merge=%s is not something that Retrace has for plugins' % list_merge)
    result = dict(x)
    for key, value in y.items():
        both = recursive and isinstance(value, collections.abc.Mapping) and isinstance(result.get(key), collections.abc.Mapping)
        result[key] = merge_hash(result[key], value) if both else value
    return result

def parse_kv(args, check_raw=False):
    import shlex
    pairs = [word.partition('=') for word in shlex.split(args or '')]
    options = {key: value for key, sign, value in pairs if sign}
    rest = [key for key, sign, _ in pairs if not sign]
    return dict(options, _raw_params=' '.join(rest)) if rest else options

def open_url(url, data=None, headers=None, method=None, use_proxy=True, timeout=10, validate_certs=True, url_username=None, url_password=None, force_basic_auth=False, http_agent=None, **_):
    import ssl, urllib.request
    request = urllib.request.Request(url, data=to_bytes(data) if data is not None else None, headers=dict(headers or {}), method=method)
    request.add_header('User-agent', http_agent or 'ansible-httpget')
    if url_username:
        pair = base64.b64encode(to_bytes('%s:%s' % (url_username, url_password or ''))).decode('ascii')
        request.add_header('Authorization', 'Basic ' + pair)
    handlers = [] if use_proxy else [urllib.request.ProxyHandler({})]
    handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context() if validate_certs else ssl._create_unverified_context()))
    return urllib.request.build_opener(*handlers).open(request, timeout=timeout)

class ConnectionError(Exception): pass
class SSLValidationError(ConnectionError): pass

DISPLAY = Display()
same = lambda value, *_, **__: value

stand_in('ansible.errors', **ERRORS)
stand_in('ansible.plugins', AnsiblePlugin=AnsiblePlugin)
stand_in('ansible.plugins.lookup', LookupBase=LookupBase, display=DISPLAY)
stand_in('ansible.plugins.filter')
stand_in('ansible.plugins.test')
stand_in('ansible.utils', listify_lookup_plugin_terms=listify)
stand_in('ansible.utils.display', Display=lambda *_, **__: DISPLAY)
stand_in('ansible.utils.listify', listify_lookup_plugin_terms=listify)
stand_in('ansible.utils.vars', merge_hash=merge_hash, combine_vars=merge_hash)
stand_in('ansible.utils.unsafe_proxy', wrap_var=same, AnsibleUnsafe=str, AnsibleUnsafeText=str, AnsibleUnsafeBytes=bytes)
stand_in('ansible.utils.path', unfrackpath=lambda path, *_, **__: os.path.realpath(os.path.expanduser(os.path.expandvars(path))),
         makedirs_safe=lambda path, mode=None: os.makedirs(path, exist_ok=True))
stand_in('ansible.utils.native_jinja', NativeJinjaText=str)
stand_in('ansible.parsing')
stand_in('ansible.parsing.splitter', parse_kv=parse_kv)
stand_in('ansible.parsing.ajson', AnsibleJSONDecoder=json.JSONDecoder, AnsibleJSONEncoder=json.JSONEncoder)
stand_in('ansible.parsing.yaml')
stand_in('ansible.parsing.yaml.objects', AnsibleUnicode=str, AnsibleMapping=dict, AnsibleSequence=list)
stand_in('ansible.template', Templar=Templar, is_template=holds_template)
stand_in('ansible.module_utils.urls', open_url=open_url, ConnectionError=ConnectionError, SSLValidationError=SSLValidationError)
stand_in('ansible.module_utils.basic', missing_required_lib=lambda name, **_: 'Failed to import the required Python library (%s)' % name)
stand_in('ansible.module_utils.common.validation', **{'check_type_' + name: TYPES[name] for name in ('bool', 'int', 'float', 'list', 'str', 'path')})
stand_in('ansible.module_utils.six.moves', StringIO=io.StringIO, cStringIO=io.StringIO, range=range, zip=zip, map=map, filter=filter, reduce=functools.reduce)
sys.modules['ansible'].constants = sys.modules['ansible.constants'] = Constants('ansible.constants')

MOVES = 'ansible.module_utils.six.moves.'

class Moved(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    'What Python 3 has under another name than Python 2.'
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name.startswith(MOVES) else None
    def create_module(self, spec):
        return types.ModuleType(spec.name)
    def exec_module(self, module):
        real = importlib.import_module(module.__name__[len(MOVES):])
        module.__dict__.update((key, value) for key, value in vars(real).items() if not key.startswith('__'))
        module.__path__ = []

sys.meta_path.insert(0, Moved())

class Toml(types.ModuleType):
    'What the inventory plugin of that name exports, and filters import.'
    def __getattr__(self, name):
        found = importlib.util.find_spec('toml') is not None
        if name == 'HAS_TOML':
            return found
        if found and name in ('toml', 'toml_dumps'):
            toml = importlib.import_module('toml')
            return toml if name == 'toml' else toml.dumps
        if name == 'toml_dumps':
            return None
        raise AttributeError(name)

stand_in('ansible.plugins.inventory').toml = sys.modules['ansible.plugins.inventory.toml'] = Toml('ansible.plugins.inventory.toml')

`;
