/**
 * Whether the tools that our scripts use are BusyBox's, as text for the bootstrap: it sets `b`. Only built-in commands,
 * so that it costs no process on any host.
 */
export const busyboxProbe = [
  'b=',
  'if [ -e /usr/bin/find ] || [ -e /bin/find ]; then [ /bin/find -ef /bin/busybox ] || [ /usr/bin/find -ef /bin/busybox ] || [ /bin/stat -ef /bin/busybox ]; else [ -e /bin/busybox ]; fi && b=busybox',
].join('; ');

/**
 * Functions with the names of GNU's tools, for hosts with BusyBox: they do what our scripts ask of these tools, with
 * what BusyBox has, and print the same bytes. They are sent with the first exchange, only to such hosts.
 *
 * A tool that is GNU's here, because somebody installed it, is used as it is. Whatever none of the scripts asks for
 * goes to the tool unchanged, and so does what somebody else wrote. BusyBox knows times only in whole seconds, and no
 * time of birth.
 *
 * The names in `_names` are paths, and may contain anything but NUL. So names are never read back from a tool's lines:
 * they are counted off, one for each line, and if there are more or fewer lines than names, because a file has just
 * disappeared, each file is looked at alone.
 */
export const busyboxPrelude = `
# _is_busybox TOOL: BusyBox has it, and there is no other one.
_is_busybox() {
  for _d in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
    [ ! -e "$_d/$1" ] || { [ "$_d/$1" -ef /bin/busybox ]; return; }
  done
}

# _missing TOOL PACKAGE
_missing() {
  echo "$1 is not on the host, or lacks an option: install it (Alpine: apk add $2; OpenWrt: opkg install $2-$1)" >&2
  return 127
}

# _lacks TOOL: BusyBox's cannot do this.
_lacks() {
  echo "BusyBox's $1 cannot do this: install $1 (Alpine: apk add $1; OpenWrt: opkg install $1)" >&2
  return 127
}

# _replaced TEXT FROM TO: replace all FROM, in _text.
_replaced() {
  set -- "$1" "$2" "$3" ''
  while :; do
    case $1 in
      *"$2"*) set -- "\${1#*"$2"}" "$2" "$3" "$4\${1%%"$2"*}$3" ;;
      *) _text=$4$1; return ;;
    esac
  done
}

# For a shell of its own, in which xargs passes names to it: _lines and what it needs.
_looking='
_nl="
"
# _lines OPTION FORMAT NAMES: run stat, and call _line for each line that it prints, with its name.
_lines() {
  _option=$1 _format=$2
  shift 2
  [ $# -gt 0 ] || return 0
  _out=$(command stat $_option -c "$_format" -- "$@")
  _code=$?
  [ "$_code" -lt 126 ] || return "$_code"
  _count=0 IFS=$_nl
  set -f
  for _l in $_out; do _count=$((_count + 1)); done
  if [ "$_count" = $# ]; then
    for _l in $_out; do _line "$1"; shift; done
  else
    for _name do
      _l=$(command stat $_option -c "$_format" -- "$_name" 2>/dev/null) && _line "$_name"
    done
  fi
  unset IFS
  set +f
  return "$_code"
}
'
eval "$_looking"

# stat [-L] --printf FORMAT -- FILES
! _is_busybox stat || stat() (
  option=
  [ "$1" != -L ] || [ "$2" != --printf ] || { option=-L; shift; }
  [ "$1" = --printf ] || { command stat $option "$@"; _code=$?; [ "$_code" != 127 ] || _missing stat coreutils; exit "$_code"; }
  format=$2
  shift 2
  [ "$1" != -- ] || shift
  # %b reads up to three digits after \\0.
  _replaced "$format" '\\0' '\\0000'
  for time in X Y Z; do
    _replaced "$_text" "%.9$time" "%$time.000000000"
    _replaced "$_text" "%.$time" "%$time.0"
  done
  _replaced "$_text" '%.9W' '0.000000000'
  mark=$(printf '\\001')
  _replaced "$_text" '%n' "$mark"
  _line() {
    case $_l in
      *"$mark"*) printf '%b%s%b' "\${_l%%"$mark"*}" "$1" "\${_l#*"$mark"}" ;;
      *) printf %b "$_l" ;;
    esac
  }
  # What cannot be looked at is only asked for to get stat's complaint.
  (
    n=$#
    for p do
      [ -e "$p" ] || { [ -z "$option" ] && [ -h "$p" ]; } || set -- "$@" "$p"
    done
    shift "$n"
    [ $# = 0 ] || command stat $option -c x -- "$@" >/dev/null
  )
  missed=$?
  [ "$missed" != 127 ] || { _missing stat coreutils; exit 127; }
  n=$#
  for p do
    [ ! -e "$p" ] && { [ "$option" ] || [ ! -h "$p" ]; } || set -- "$@" "$p"
  done
  shift "$n"
  _lines "$option" "$_text" "$@" || missed=$?
  [ "$missed" != 127 ] || { _missing stat coreutils; exit 127; }
  exit "$missed"
)

# find … -printf FORMAT; find … -exec sha1sum -bz '{}' +
! _is_busybox find || find() (
  _every=$*
  case " $_every" in
    *' -printf '*) tool=stat ;;
    *' -exec sha1sum -bz {} +') tool=sha1sum; set -- "$@" -print0 ;;
    *) command find "$@"; exit ;;
  esac
  unset -f stat sha1sum
  command -v "$tool" >/dev/null || { _missing "$tool" coreutils; exit 127; }
  links=-P root=
  # BusyBox does not know -- here.
  case $1 in -H | -L) links=$1 ;; esac
  for word do
    case $word in -H | -L | -P) ;; *) root=$word; break ;; esac
  done
  n=$# sums= format=
  while [ "$n" -gt 0 ]; do
    case $1 in
      -printf) format=$2; set -- "$@" -print0; shift 2; n=$((n - 2)) ;;
      -exec) sums=1; shift 5; n=$((n - 5)) ;;
      *) set -- "$@" "$1"; shift; n=$((n - 1)) ;;
    esac
  done
  if [ "$sums" ]; then
    each='_sums sha1sum "$@"'
    set -- "$_summing" "$each" '' '' '' "$@"
  else
    # Type, names and numbers of owner and group come first; the name, a link's target and the path below are marks.
    out= rest=$format
    while :; do
      case $rest in *%*) out=$out\${rest%%\\%*} rest=\${rest#*%} ;; *) out=$out$rest; break ;; esac
      c=\${rest%"\${rest#?}"}
      rest=\${rest#?}
      case $c in
        p) out=$out$(printf '\\001') ;;
        P) out=$out$(printf '\\002') ;;
        l) out=$out$(printf '\\003') ;;
        y) out=$out$(printf '\\004') ;;
        u) out=$out$(printf '\\005') ;;
        g) out=$out$(printf '\\006') ;;
        f) out=$out$(printf '\\016') ;;
        m) out=$out%a ;;
        U) out=$out%u ;;
        G) out=$out%g ;;
        D) out=$out%d ;;
        n) out=$out%h ;;
        s | i | b) out=$out%$c ;;
        A | T | C)
          case $c in A) c=X ;; T) c=Y ;; C) c=Z ;; esac
          out=$out%$c.0000000000 rest=\${rest#?} ;;
        *) echo "find: BusyBox cannot print %$c" >&2; exit 1 ;;
      esac
    done
    _replaced "$out" '\\0' '\\0000'
    set -- "$_looking$_listing" '_list "$@"' "%f:%U:%u:%G:%g:$_text" "$links" "$root" "$@"
  fi
  text="$1
$2" format=$3 links=$4 root=$5
  shift 5
  # The exit code is that of find; what it prints goes through the pipe.
  code=$({ { command find "$@"; echo $? >&3; } | xargs -0 -r sh -c "$text" sh "$format" "$links" "$root" >&4; } 3>&1) 4>&1
  listed=$?
  # 123: a file is gone meanwhile.
  case $listed in 0 | 123) exit "$code" ;; *) exit "$listed" ;; esac
)

_listing='
# _list FORMAT LINKS ROOT NAMES: print what GNU find prints for each.
_list() {
  _f=$1 _follows=$2 _root=$3
  shift 3
  case $_follows in
    -P) _lines "" "$_f" "$@" ;;
    -H) if [ "$1" = "$_root" ] && [ -e "$1" ]; then _lines -L "$_f" "$1"; shift; fi; _lines "" "$_f" "$@" ;;
    -L)
      # A link that leads nowhere has nothing below it, so it may come last.
      (
        _n=$#
        for _p do [ ! -e "$_p" ] || set -- "$@" "$_p"; done
        shift "$_n"
        _lines -L "$_f" "$@"
      )
      for _p do [ -e "$_p" ] || _lines "" "$_f" "$_p"; done ;;
  esac
}
_at() { printf "\\\\$1"; }
_m1=$(_at 001) _m2=$(_at 002) _m3=$(_at 003) _m4=$(_at 004) _m5=$(_at 005) _m6=$(_at 006) _m7=$(_at 016)
_line() {
  _kind=\${_l%%:*} _l=\${_l#*:} _user=\${_l%%:*} _l=\${_l#*:} _uid=\${_l%%:*} _l=\${_l#*:} _group=\${_l%%:*} _l=\${_l#*:} _gid=\${_l%%:*} _l=\${_l#*:}
  case $_kind in 1???) _kind=p ;; 2???) _kind=c ;; 4???) _kind=d ;; 6???) _kind=b ;; 8???) _kind=f ;; a???) _kind=l ;; c???) _kind=s ;; esac
  [ "$_user" != UNKNOWN ] || _user=$_uid
  [ "$_group" != UNKNOWN ] || _group=$_gid
  while [ "$_l" ]; do
    _k=\${_l%%["$_m1$_m2$_m3$_m4$_m5$_m6$_m7"]*}
    printf %b "$_k"
    _l=\${_l#"$_k"}
    case $_l in
      "$_m1"*) printf %s "$1" ;;
      "$_m2"*) [ "$1" = "$_root" ] || { _k=\${1#"$_root"}; printf %s "\${_k#/}"; } ;;
      "$_m3"*) [ "$_kind" != l ] || { _k=$(command readlink -n "$1" && echo /); printf %s "\${_k%/}"; } ;;
      "$_m4"*) printf %s "$_kind" ;;
      "$_m5"*) printf %s "$_user" ;;
      "$_m6"*) printf %s "$_group" ;;
      "$_m7"*) printf %s "\${1##*/}" ;;
    esac
    _l=\${_l#?}
  done
}
'

# The checksums of files, as GNU prints them with -bz.
_summing='
_sums() {
  _tool=$1
  shift
  [ "$1" != -- ] || shift
  [ $# -gt 0 ] || return 0
  _nl="
"
  case $* in
    *"$_nl"*)
      _all=0
      for _f do
        if _s=$(command "$_tool" -- "$_f"); then printf "%s *%s\\\\0" "\${_s%% *}" "$_f"; else _all=$?; fi
      done
      return "$_all" ;;
  esac
  _s=$(command "$_tool" -- "$@")
  _all=$?
  IFS=$_nl
  set -f
  for _f in $_s; do printf "%s *%s\\\\0" "\${_f%% *}" "\${_f#*  }"; done
  unset IFS
  set +f
  return "$_all"
}
'
eval "$_summing"

_sum() {
  case $2 in
    -bz) _tool=$1; shift 2; _sums "$_tool" "$@" ;;
    *) command "$@" ;;
  esac
  _all=$?
  [ "$_all" != 127 ] || _missing "$_tool" coreutils
  return "$_all"
}
for _t in md5sum sha1sum sha224sum sha256sum sha384sum sha512sum; do
  ! _is_busybox "$_t" || eval "$_t() { _tool=$_t; _sum $_t \\"\\$@\\"; }"
done

# readlink -z -- FILES; BusyBox takes only one.
! _is_busybox readlink || readlink() (
  end='\\n' option=
  while :; do
    case $1 in
      -z) end='\\0' ;;
      -f | -n | -nf | -fn) option=$1 ;;
      --) shift; break ;;
      *) break ;;
    esac
    shift
  done
  [ $# -gt 1 ] || [ "$end" = '\\0' ] || { command readlink $option -- "$@"; exit; }
  code=0
  for p do
    if t=$(command readlink -n $option -- "$p" && echo /); then printf "%s$end" "\${t%/}"; else code=1; fi
  done
  exit "$code"
)

# realpath [-m] [-z] -- PATHS: resolve links, whether the path exists or not.
! _is_busybox realpath || realpath() (
  end='\\n'
  while :; do
    case $1 in
      -m) ;;
      -mz | -zm) end='\\0' ;;
      --) shift; break ;;
      *) command realpath "$@"; exit ;;
    esac
    shift
  done
  all=0
  for path do
    case $path in
      '') all=1; continue ;;
      /*) real= ;;
      *) real=$(pwd -P && echo .) real=\${real%??}; [ "$real" != / ] || real= ;;
    esac
    rest=$path/ left=40 seen=
    while [ "$rest" ]; do
      name=\${rest%%/*} rest=\${rest#*/}
      case $name in '' | .) continue ;; ..) real=\${real%/*}; continue ;; esac
      if [ -h "$real/$name" ]; then
        left=$((left - 1))
        [ "$left" -ge 0 ] || { echo "realpath: $path: Too many levels of symbolic links" >&2; all=1; continue 2; }
        # As with GNU, a link that leads back to itself counts as a name.
        case $left:$seen in [0-9]:*"//$real/$name/$rest//"*) real=$real/$name; continue ;; esac
        [ "$left" -ge 20 ] || seen=$seen//$real/$name/$rest//
        target=$(command readlink -n "$real/$name" && echo /)
        target=\${target%/}
        case $target in /*) real= ;; esac
        rest=$target/$rest
      else real=$real/$name; fi
    done
    printf "%s$end" "\${real:-/}"
  done
  exit "$all"
)

# getent passwd|group|shadow [--] KEYS. The getent of musl stops at the first name that does not exist, and -- is one.
if [ "$(echo /lib/ld-musl-*)" != '/lib/ld-musl-*' ] || ! command -v getent >/dev/null; then
  getent() (
    case $1 in passwd | group | shadow) ;; *) command getent "$@"; exit ;; esac
    base=$1
    shift
    [ "$1" != -- ] || shift
    all=$(cat "/etc/$base" 2>/dev/null)
    [ $# -gt 0 ] || { printf '%s\\n' "$all"; exit; }
    IFS='
'
    set -f
    code=0
    for key do
      found= numbered=
      for line in $all; do
        case $line in
          "$key":*) found=$line; break ;;
          *:*:"$key":*)
            number=\${line#*:*:}
            [ "\${number%%:*}" != "$key" ] || numbered=\${numbered:-$line} ;;
        esac
      done
      [ "$base" = shadow ] || case $key in *[!0-9]*) ;; *) found=\${found:-$numbered} ;; esac
      if [ "$found" ]; then printf '%s\\n' "$found"; else code=2; fi
    done
    exit "$code"
  )
fi

# chown --reference=FILE -- FILES, chmod --reference=FILE -- FILES
! _is_busybox chown || chown() {
  case $1 in
    --reference=*) set -- "$(command stat -L -c %u:%g -- "\${1#*=}")" "$@" && [ "$1" ] && { _r=$1; shift 2; command chown "$_r" "$@"; } ;;
    *) command chown "$@" ;;
  esac
}
! _is_busybox chmod || chmod() {
  case $1 in
    --reference=*) set -- "$(command stat -L -c %a -- "\${1#*=}")" "$@" && [ "$1" ] && { _r=$1; shift 2; command chmod "$_r" "$@"; } ;;
    *) command chmod "$@" ;;
  esac
}

# tar: to unpack into directories with another name (see write-files.ts). It can neither compare nor read names from a list.
! _is_busybox tar || tar() (
  case " $*" in
    *' --transform s,'*) ;;
    *' --diff '* | *' -df '* | *' --quoting-style='* | *' --full-time'* | *' --verbatim-files-from'*) _lacks tar; exit ;;
    *) command tar "$@"; exit ;;
  esac
  for last do :; done
  last=\${last##*retrace-}
  made=$(mktemp -d) || exit
  trap 'rm -rf -- "$made"' EXIT
  command tar -C "$made" -xmpof - || exit
  command find "$made" -type d -name .files.retrace-@ -exec sh -c '
    into=\${2#"$1"} into=\${into%@}$3
    for f in "$2"/* "$2"/.[!.]* "$2"/..?*; do [ ! -f "$f" ] || mv -f -- "$f" "$into/" || : >"$1/failed"; done' sh "$made" {} "\${last%/,}" \\;
  [ ! -e "$made/failed" ]
)
! _is_busybox unzip || unzip() { case $1 in -Z) _lacks unzip ;; *) command unzip "$@" ;; esac; }
! _is_busybox patch || patch() { case " $*" in *' --batch'*) _lacks patch ;; *) command patch "$@" ;; esac; }

# mktemp [--tmpdir[=DIR]] [--suffix=SUFFIX] [-d] [--] TEMPLATE
! _is_busybox mktemp || mktemp() (
  suffix= dir= kind=
  while :; do
    case $1 in
      --suffix=*) suffix=\${1#*=} ;;
      --tmpdir) dir=\${TMPDIR:-/tmp} ;;
      --tmpdir=*) dir=\${1#*=} ;;
      -d) kind=-d ;;
      --) shift; break ;;
      -*) command mktemp "$@"; exit ;;
      *) break ;;
    esac
    shift
  done
  [ $# -gt 0 ] || { command mktemp $kind; exit; }
  [ "$suffix" ] || { command mktemp $kind -- "\${dir:+$dir/}$1"; exit; }
  # It is made in a directory that only its owner may enter, so that the name can get its end.
  umask 077
  hold=$(command mktemp -d -- "\${dir:-.}/.retrace-XXXXXX") || exit
  trap 'rmdir -- "$hold"' EXIT
  made=$(command mktemp $kind -- "$hold/$1") || exit
  name=\${dir:+$dir/}\${made##*/}$suffix
  if [ -e "$name" ] || [ -h "$name" ]; then rm -rf -- "$made"; echo "mktemp: $name exists" >&2; exit 1; fi
  mv -- "$made" "$name" && echo "$name"
)
`;
