# bash completion for gpucheck(8)                                          -*- shell-script -*-
# What gpucheck knows itself is asked of it: options of --help, checks and stages of --list.

# _gpucheck_value OPTION...: what the line says behind one of these, which name the same option.
_gpucheck_value()
{
    local i option
    for ((i = 1; i < cword; i++)); do
        for option; do
            case ${words[i]} in
                "$option") printf %s "${words[i + 1]}" ;;
                "$option"=*) printf %s "${words[i]#*=}" ;;
            esac
        done
    done
}

_gpucheck_gpus()
{
    local class root
    root=$(_gpucheck_value --root)
    for class in "$root"/sys/bus/pci/devices/*/class; do
        [[ $(cat "$class" 2>/dev/null) == 0x@(0300|0302|0380|1200)* ]] || continue
        class=${class%/class}
        printf '%s\n' "${class##*/}"
    done
}

_gpucheck_vms()
{
    local file root uri
    root=$(_gpucheck_value --root)
    uri=$(_gpucheck_value --connect -c)
    if [[ $root && ! $uri ]]; then
        for file in "$root"/etc/libvirt/qemu/*.xml; do
            [[ -e $file ]] && basename "$file" .xml
        done
    else
        virsh --readonly --connect "${uri:-qemu:///system}" list --all --name 2>/dev/null
    fi
}

_gpucheck_stages()
{
    "$1" --list 2>/dev/null | awk 'NR > 1 && !seen[$2]++ { print $2 }'
}

_gpucheck_checks()
{
    "$1" --list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_gpucheck_plans()
{
    printf 'list\n'
    "$1" --undo list 2>/dev/null | awk '$1 ~ /^[0-9]+$/ { print $1 }'
}

# What standard input offers, one a line: a VM's name may hold spaces.
_gpucheck_offer()
{
    local word
    while IFS= read -r word; do
        [[ $word && $word == "$cur"* ]] && COMPREPLY+=("$(printf %q "$word")")
    done
}

# The argument of the option before the cursor; fails where that has none.
_gpucheck_argument()
{
    case $prev in
        --gpu | -!(-*)g) _gpucheck_offer < <(_gpucheck_gpus) ;;
        --vm | -!(-*)m) _gpucheck_offer < <(_gpucheck_vms) ;;
        --guest | -!(-*)s) _known_hosts_real -a -- "$cur" ;;
        --connect | -!(-*)c) _gpucheck_offer <<<$'qemu:///system\nqemu:///session' ;;
        --through | -!(-*)t) _gpucheck_offer < <(_gpucheck_stages "$1") ;;
        --format | -!(-*)f) _gpucheck_offer <<<$'text\ntap\njson\njunit\nprometheus' ;;
        --output | --config | -!(-*)o) _filedir ;;
        --root | --record) _filedir -d ;;
        --wait) ;;
        # Its argument is optional, and so always behind a "=".
        --color)
            $split || return 1
            _gpucheck_offer <<<$'always\nnever\nauto'
            ;;
        *) return 1 ;;
    esac
    return 0
}

# A word that belongs to no option: what it is depends on the command.
_gpucheck_word()
{
    case " ${words[*]:1:cword-1} " in
        *' --merge '*) _filedir ;;
        *' --topology '*) ;;
        *' --undo '*) _gpucheck_offer < <(_gpucheck_plans "$1") ;;
        *' --explain '*) _gpucheck_offer < <(_gpucheck_checks "$1") ;;
        *) _gpucheck_offer < <(_gpucheck_stages "$1"; _gpucheck_checks "$1") ;;
    esac
}

_gpucheck()
{
    local cur prev words cword split
    # Addresses, ids and URIs hold colons.
    _init_completion -s -n : || return
    # Who types sudo has no sbin in PATH.
    local PATH=$PATH:/usr/sbin:/sbin

    if ! _gpucheck_argument "$1" && ! $split; then
        if [[ $cur == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '$(_parse_help "$1")' -- "$cur")
        else
            _gpucheck_word "$1"
        fi
    fi
    __ltrim_colon_completions "$cur"
} && complete -F _gpucheck gpucheck
