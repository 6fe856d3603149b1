# Terminals: run, exec and attach in one of their own, which $PTY makes; keys that let go, signals and sizes.

### a shell in a terminal
# Docker's client asks to be told of new sizes only after it has passed on the first, and on a busy host passes one on late: hence the pause, and the loop. \  keeps the echo from matching.
"$PTY" 37 113 'expect # ' 'type sleep 1; stty size' 'expect 37 113' 'size 41 99' \
    'type until [ "$(stty size)" = 41\ 99 ]; do sleep 0.1; done; stty size' 'expect 41 99' 'type exit 5' -- $CLI run --rm -it $IMAGE sh >out; echo "= $?"

### letting go of a container and coming back
"$PTY" 24 80 'expect # ' 'type x=kept' 'keys 1011' -- $CLI run -it --name ${P}a $IMAGE sh >out; echo "= $?"
show inspect -f '{{.State.Status}}' ${P}a
"$PTY" 24 80 'type echo "[$x]"' 'expect [kept]' 'type exit 7' -- $CLI attach ${P}a >out; echo "= $?"
show inspect -f '{{.State.Status}} {{.State.ExitCode}}' ${P}a

### letting go of an attached container
show run -dit --name ${P}a $IMAGE sh
"$PTY" 24 80 'type echo a$((1))b' 'expect a1b' 'keys 1011' -- $CLI attach ${P}a >out; echo "= $?"; grep -o 'read escape sequence' out
show inspect -f '{{.State.Status}}' ${P}a

### other keys to let go
show run -dit --name ${P}a $IMAGE sh
"$PTY" 24 80 'type echo a$((1))b' 'expect a1b' 'keys 1011' 'type ' 'type echo c$((2))d' 'expect c2d' 'keys 0178' -- $CLI attach --detach-keys ctrl-a,x ${P}a >out; echo "= $?"
grep -o 'read escape sequence' out
show inspect -f '{{.State.Status}}' ${P}a

### letting go of a command in a container
show run -d --name ${P}a $IMAGE sleep 100
"$PTY" 24 80 'expect # ' 'keys 0178' -- $CLI exec -it --detach-keys ctrl-a,x ${P}a sh >out; echo "= $?"
grep -o 'read escape sequence' out
"$PTY" 24 80 'expect # ' 'keys 1011' -- $CLI exec -it ${P}a sh >out; echo "= $?"
show exec ${P}a sh -c 'ps | grep -c "[s]h$"'

### what is typed while it starts
"$PTY" 24 80 'type echo a$((1))b; exit 6' 'expect a1b' -- $CLI run --rm -it $IMAGE sh >out; echo "= $?"

### keys to let go that are none
show run -d --name ${P}a $IMAGE sleep 100
show exec --detach-keys 'a,,b' ${P}a true

### the keys of interruption
# Process 1 gets no signal that it does not handle.
"$PTY" 24 80 'expect ready' 'keys 03' -- $CLI run --rm -it $IMAGE sh -c 'trap "exit 7" INT; echo ready; while :; do sleep 1; done' >out; echo "= $?"
"$PTY" 24 80 'expect # ' 'type echo a$((1))b; sleep 100' 'expect a1b' 'keys 03' 'expect # ' 'type exit 3' -- $CLI run --rm -it $IMAGE sh >out; echo "= $?"
"$PTY" 24 80 'expect ready' 'keys 1c' -- $CLI run --rm -it $IMAGE sh -c 'trap "exit 8" QUIT; echo ready; while :; do sleep 1; done' >out; echo "= $?"

### the end of input
"$PTY" 24 80 'expect # ' 'keys 04' -- $CLI run --rm -it $IMAGE sh >out; echo "= $?"

### what is no terminal
show run --rm -it $IMAGE tty </dev/null
show run --rm -t $IMAGE tty </dev/null
show run --rm -i $IMAGE tty </dev/null
show run -dt --name ${P}a $IMAGE sleep 100
show exec -it ${P}a tty </dev/null
show exec -t ${P}a tty </dev/null
show exec ${P}a tty </dev/null
show attach ${P}a </dev/null

### attaching to what does not run
show create --name ${P}a $IMAGE true
show attach ${P}a
show start -a ${P}a
show attach ${P}a

### attaching to what is paused
show run -d --name ${P}a $IMAGE sleep 100
show pause ${P}a
show attach ${P}a

### signals that are not passed on
# What the client itself does then differs with its version.
$CLI run --name ${P}a --sig-proxy=false $IMAGE sh -c 'trap "echo got; exit 5" TERM; echo ready; while :; do sleep 0.1; done' >log 2>&1 & pid=$!
until_logged ready ${P}a
{ kill -TERM $pid; sleep 1; kill -KILL $pid; wait $pid; } 2>/dev/null
show inspect -f '{{.State.Status}}' ${P}a
show logs ${P}a
show kill -s TERM ${P}a
show wait ${P}a

### signals that an attached client passes on
show run -d --name ${P}a $IMAGE sh -c 'trap "echo got; exit 5" TERM; echo ready; while :; do echo on; sleep 0.2; done'
$CLI attach --no-stdin ${P}a >log 2>&1 & pid=$!
until_true grep -q on log
kill -TERM $pid; wait $pid; echo "= $?"; grep -c got log

### two clients at one terminal
show run -dit --name ${P}a $IMAGE sh
"$PTY" 24 80 'expect [$((4+1))]' 'expect [5]' 'keys 1011' -- $CLI attach ${P}a >one & one=$!
until_true sh -c "$CLI events --since 30s --until \$(date +%s) --filter container=${P}a --filter event=attach | grep -q attach"
sleep 0.5
"$PTY" 24 80 'type echo [$((4+1))]' 'expect [5]' 'keys 1011' -- $CLI attach ${P}a >two; echo "= $?"
wait $one; echo "= $?"
grep -c '\[5\]' one two
show inspect -f '{{.State.Status}}' ${P}a

### two clients at one program
show run -di --name ${P}a $IMAGE sh -c 'echo ready; read a; echo "one $a"; read b; echo "two $b"; exit 4'
until_logged ready ${P}a
(sleep 1; echo first; sleep 3) | $CLI attach ${P}a >one & one=$!
(sleep 2; echo second; sleep 2) | $CLI attach ${P}a >two & two=$!
wait $one; echo "= $?"; wait $two; echo "= $?"
sort one; sort two
show logs ${P}a
