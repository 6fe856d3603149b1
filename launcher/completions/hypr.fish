# Completion of hypr for fish: asks hyprd, by `hypr __complete WORD...`, for what can stand in place of the last word. Lay this file into
# ~/.config/fish/completions. When hyprd does not run or knows nothing, fish completes file names.

function __hypr_candidates
    set -l words (commandline -opc)
    set -l last (commandline -ct | string unescape)
    HYPR_NO_AUTOSTART=1 command $words[1] __complete $words[2..-1] "$last" 2>/dev/null </dev/null
end

function __hypr_knows
    set -g __hypr_found (__hypr_candidates)
    test (count $__hypr_found) -gt 0
end

complete -c hypr -n __hypr_knows -f -a '(printf "%s\n" $__hypr_found)'
