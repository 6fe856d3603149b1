# Completion of hypr for bash: asks hyprd, by `hypr __complete WORD...`, for what can stand in place of the last word. Source this file,
# or lay it as `hypr` into bash-completion's directory. When hyprd does not run or knows nothing, bash completes file names.

# Sets REPLY to the word without its quotes; an open quote at the end is allowed. Nothing is expanded or run.
_hypr_unquote() {
    local word=$1 quote='' letter
    local -i at
    REPLY=''
    for ((at = 0; at < ${#word}; at++)); do
        letter=${word:at:1}
        case $quote$letter in
            \'\' | \"\") quote='' ;;
            \' | \") quote=$letter ;;
            \\ | \"\\) ((at += 1)); REPLY+=${word:at:1} ;;
            *) REPLY+=$letter ;;
        esac
    done
}

# Sets _hypr_words to the words up to the cursor, joined again where bash cut them at = : and @.
_hypr_join() {
    local line=${COMP_LINE:0:COMP_POINT} rest word
    local -i i
    _hypr_words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && word=$rest
        if ((i == 0)) || [[ $rest != "$line" ]]; then _hypr_words+=("$word"); else _hypr_words[-1]+=$word; fi
        line=${rest#"$word"}
    done
}

_hypr() {
    local -a _hypr_words asked=() lines=()
    local REPLY word last raw prefix='' line candidate
    local -i at
    _hypr_join
    for word in "${_hypr_words[@]}"; do
        _hypr_unquote "$word"
        asked+=("$REPLY")
    done
    raw=${_hypr_words[-1]} last=${asked[-1]}
    case $raw in \'* | \"*) ;; *)   # bash replaces only what follows the last of these
        for ((at = ${#last}; at > 0; at--)); do
            [[ ${last:at-1:1} == [=:@] && $COMP_WORDBREAKS == *"${last:at-1:1}"* ]] && { prefix=${last:0:at}; break; }
        done ;;
    esac
    mapfile -t lines < <(HYPR_NO_AUTOSTART=1 "${asked[0]/#\~\//$HOME/}" __complete "${asked[@]:1}" 2>/dev/null </dev/null)
    COMPREPLY=()
    for line in "${lines[@]}"; do
        candidate=${line%%$'\t'*}
        [[ -n $candidate && $candidate == "$last"* ]] || continue
        candidate=${candidate#"$prefix"}
        case $raw in
            \'* | \"*) ;;   # bash closes the quote itself
            *) [[ $candidate == *[^[:alnum:]_./:=@%+,-]* ]] && printf -v candidate %q "$candidate" ;;
        esac
        COMPREPLY+=("$candidate")
    done
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=:/] ]] && compopt -o nospace 2>/dev/null
    return 0
}

complete -o bashdefault -o default -F _hypr hypr
