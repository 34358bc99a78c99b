import { PYTHON_COMMON } from './python-common.ts';

/** Our `ansible.module_utils` for Python modules: enough to declare parameters, run commands and return a result. */
export const PYTHON_SHIM = String.raw`${PYTHON_COMMON}
import subprocess

def to_list(value):
    if isinstance(value, list):
        return value
    return value.split(',') if isinstance(value, str) else [value]

def to_dict(value):
    if isinstance(value, dict):
        return value
    return json.loads(value)

CONVERT = {
    'str': lambda value: value if isinstance(value, str) else str(value),
    'bool': to_bool, 'int': int, 'float': float, 'list': to_list, 'dict': to_dict, 'raw': lambda value: value,
    'path': lambda value: os.path.expanduser(os.path.expandvars(str(value))),
    'json': lambda value: value if isinstance(value, str) else json.dumps(value),
    'jsonarg': lambda value: value if isinstance(value, str) else json.dumps(value),
}

class AnsibleModule:
    def __init__(self, argument_spec, supports_check_mode=False, mutually_exclusive=None, required_together=None,
                 required_one_of=None, required_if=None, required_by=None, add_file_common_args=False, bypass_checks=False, **_):
        self.argument_spec, self.check_mode, self._diff = argument_spec, GIVEN['check'], GIVEN['diff']
        self._name, self._verbosity, self.tmpdir, self.warnings = GIVEN['name'], GIVEN['verbosity'], '/tmp', []
        if self.check_mode and not supports_check_mode:
            self.exit_json(skipped=True, msg='remote module (%s) does not support check mode' % self._name)
        self.params = self._bind(argument_spec, dict(GIVEN['args']))
        has = lambda name: self.params.get(name) is not None
        for names in mutually_exclusive or []:
            if sum(has(name) for name in names) > 1:
                self.fail_json(msg='parameters are mutually exclusive: %s' % '|'.join(names))
        for names in required_one_of or []:
            if not any(has(name) for name in names):
                self.fail_json(msg='one of the following is required: %s' % ', '.join(names))
        for names in required_together or []:
            if any(has(name) for name in names) and not all(has(name) for name in names):
                self.fail_json(msg='parameters are required together: %s' % ', '.join(names))
        for rule in required_if or []:
            missing = [name for name in rule[2] if not has(name)]
            some = len(rule) > 3 and rule[3] and len(missing) < len(rule[2])
            if self.params.get(rule[0]) == rule[1] and missing and not some:
                self.fail_json(msg='%s is %s but the following are missing: %s' % (rule[0], rule[1], ', '.join(missing)))

    def _bind(self, spec, given):
        params = {}
        for name, about in spec.items():
            used = [key for key in [name] + list(about.get('aliases') or []) if key in given]
            value = given.pop(used[0]) if used else about.get('default')
            if value is None:
                if about.get('required') and not used:
                    self.fail_json(msg='missing required arguments: %s' % name)
            elif not (isinstance(value, dict) and about.get('options')):
                kind = about.get('type', 'str')
                try:
                    value = kind(value) if callable(kind) else CONVERT.get(kind, CONVERT['raw'])(value)
                except Exception as error:
                    self.fail_json(msg="argument '%s' could not be converted to %s: %s" % (name, kind, error))
            choices = about.get('choices')
            if choices and value is not None and any(one not in choices for one in (value if isinstance(value, list) else [value])):
                self.fail_json(msg='value of %s must be one of: %s, got: %s' % (name, ', '.join(map(str, choices)), value))
            params[name] = value
        if given:
            self.fail_json(msg='Unsupported parameters for (%s) module: %s. Supported parameters include: %s.'
                           % (self._name, ', '.join(sorted(given)), ', '.join(sorted(spec))))
        return params

    def _end(self, result, code):
        if self.warnings:
            result['warnings'] = self.warnings
        sys.stdout.write('\n' + json.dumps(result, default=str) + '\n')
        sys.stdout.flush()
        sys.exit(code)

    def exit_json(self, **result):
        result.setdefault('changed', False)
        self._end(result, 0)

    def fail_json(self, msg='failed', **result):
        result.update(failed=True, msg=msg)
        self._end(result, 1)

    def run_command(self, args, check_rc=False, data=None, cwd=None, use_unsafe_shell=False, environ_update=None, binary_data=False, encoding='utf-8', **_):
        import shlex
        words = args if use_unsafe_shell or isinstance(args, (list, tuple)) else shlex.split(args)
        data = data + '\n' if data and not binary_data and isinstance(data, str) else data
        ran = subprocess.run(words, shell=use_unsafe_shell, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             input=data.encode() if isinstance(data, str) else data, env=dict(os.environ, **(environ_update or {})))
        text = (lambda out: out.decode(encoding, 'surrogateescape')) if encoding else (lambda out: out)
        if check_rc and ran.returncode != 0:
            self.fail_json(msg=text(ran.stderr), rc=ran.returncode, stdout=text(ran.stdout), stderr=text(ran.stderr), cmd=args)
        return ran.returncode, text(ran.stdout), text(ran.stderr)

    def get_bin_path(self, name, required=False, opt_dirs=None):
        found = bin_path(name, opt_dirs)
        if found is None and required:
            self.fail_json(msg='Failed to find required executable "%s"' % name)
        return found

    def boolean(self, value): return to_bool(value)
    def jsonify(self, data): return json.dumps(data)
    def from_json(self, data): return json.loads(data)
    def warn(self, text): self.warnings.append(text)
    def deprecate(self, *_, **__): pass
    def debug(self, *_): pass
    def log(self, *_, **__): pass

def file_content(path, default=None, strip=True):
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as file:
            text = file.read()
    except OSError:
        return default
    return (text.strip() if strip else text) or default

def file_lines(path, strip=True, line_sep=None):
    text = file_content(path, '', strip)
    if not text:
        return []
    if line_sep is None:
        return text.splitlines()
    return (text.rstrip(line_sep) if len(line_sep) == 1 else text).split(line_sep)

def mount_size(mountpoint):
    try:
        now = os.statvfs(mountpoint)
    except OSError:
        return {}
    return dict(size_total=now.f_frsize * now.f_blocks, size_available=now.f_frsize * now.f_bavail, block_size=now.f_bsize,
                block_total=now.f_blocks, block_available=now.f_bavail, block_used=now.f_blocks - now.f_bavail,
                inode_total=now.f_files, inode_available=now.f_favail, inode_used=now.f_files - now.f_favail)

stand_in('ansible.module_utils.basic', AnsibleModule=AnsibleModule, missing_required_lib=lambda name, **_: 'Failed to import the required Python library (%s)' % name,
         env_fallback=lambda *names, **_: next((os.environ[name] for name in names if name in os.environ), None))
stand_in('ansible.module_utils.facts')
stand_in('ansible.module_utils.facts.utils', get_file_content=file_content, get_file_lines=file_lines, get_mount_size=mount_size)

module = types.ModuleType('__main__')
sys.modules['__main__'] = module
module.__dict__.update(__name__='__main__', __file__=GIVEN['path'])
exec(compile(GIVEN['source'], GIVEN['path'], 'exec'), module.__dict__)
`;
