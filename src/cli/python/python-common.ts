/**
 * The beginning of our `ansible` package, for modules and for plugins: text, truth values and what remains of Python 2. It is our own;
 * each part does what Ansible's documentation says about the name.
 */
export const PYTHON_COMMON = `
import collections, collections.abc, os, shutil, types

def stand_in(name, **content):
    module = types.ModuleType(name)
    module.__path__ = []
    module.__dict__.update(content)
    for one in content.values():
        if isinstance(one, type) and one.__module__ == __name__:
            one.__module__ = name
    sys.modules[name] = module
    parent, _, own = name.rpartition('.')
    if parent:
        setattr(sys.modules[parent], own, module)
    return module

def to_bool(value, strict=True):
    if isinstance(value, bool):
        return value
    text = str(value).lower().strip()
    if text in ('y', 'yes', 'on', '1', 'true', 't', '1.0'):
        return True
    if text in ('n', 'no', 'off', '0', 'false', 'f', '0.0') or not strict:
        return False
    raise TypeError("The value '%s' is not a valid boolean" % (value,))

def handler_of(errors):
    return 'surrogateescape' if errors in (None, 'surrogate_or_strict', 'surrogate_or_replace', 'surrogate_then_replace') else errors

def to_text(value, encoding='utf-8', errors=None, nonstring='simplerepr'):
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode(encoding, handler_of(errors))
    return value if isinstance(value, str) else not_text(value, nonstring, '')

def to_bytes(value, encoding='utf-8', errors=None, nonstring='simplerepr'):
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else not_text(value, nonstring, b'')
    return text.encode(encoding, handler_of(errors)) if isinstance(text, str) else text

def not_text(value, nonstring, empty):
    if nonstring == 'strict':
        raise TypeError('obj must be a string type')
    if nonstring == 'empty':
        return empty
    return value if nonstring == 'passthru' else str(value)

def bin_path(name, opt_dirs=None):
    return shutil.which(name, path=os.pathsep.join(list(opt_dirs or []) + [os.environ.get('PATH', ''), '/sbin', '/usr/sbin']))

def get_bin_path(name, opt_dirs=None, required=None):
    found = bin_path(name, opt_dirs)
    if found is None:
        raise ValueError('Failed to find required executable "%s" in paths: %s' % (name, os.environ.get('PATH', '')))
    return found

def is_string(value):
    return isinstance(value, (str, bytes))

def is_iterable(value, include_strings=False):
    return (include_strings or not is_string(value)) and isinstance(value, collections.abc.Iterable)

def is_sequence(value, include_strings=False):
    return (include_strings or not is_string(value)) and isinstance(value, collections.abc.Sequence)

def raise_from(error, cause):
    raise error from cause

def jsonify(data, **options):
    return json.dumps(data, default=str, **options)

ABSTRACT = {name: getattr(collections.abc, name) for name in collections.abc.__all__}
CONVERTERS = dict(to_text=to_text, to_native=to_text, to_bytes=to_bytes, jsonify=jsonify)

stand_in('ansible', __version__='2.14.18')
stand_in('ansible.release', __version__='2.14.18')
stand_in('ansible.module_utils')
stand_in('ansible.module_utils._text', **CONVERTERS)
stand_in('ansible.module_utils.common')
stand_in('ansible.module_utils.common.text')
stand_in('ansible.module_utils.common.text.converters', **CONVERTERS)
stand_in('ansible.module_utils.common.collections', is_string=is_string, is_iterable=is_iterable, is_sequence=is_sequence, **ABSTRACT)
stand_in('ansible.module_utils.common._collections_compat', **ABSTRACT)
stand_in('ansible.module_utils.common.process', get_bin_path=get_bin_path)
stand_in('ansible.module_utils.parsing')
stand_in('ansible.module_utils.parsing.convert_bool', boolean=to_bool)
stand_in('ansible.module_utils.six', string_types=(str,), text_type=str, binary_type=bytes, integer_types=(int,), PY3=True, PY2=False,
         iteritems=lambda mapping: iter(mapping.items()), iterkeys=lambda mapping: iter(mapping), itervalues=lambda mapping: iter(mapping.values()),
         raise_from=raise_from, with_metaclass=lambda meta, *bases: meta('base', bases, {}), add_metaclass=lambda meta: lambda cls: cls)
`;
