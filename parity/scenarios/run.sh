# docker run: what comes out, what it ends with, and what can be given.

### both streams and the exit status
show run --rm $IMAGE sh -c 'echo out; echo err >&2; exit 7'

### a command that is not there
show run --rm $IMAGE no-such-command

### a command that is no program
show run --rm $IMAGE /etc/passwd

### a command killed by a signal
show run --rm $IMAGE sh -c 'kill -9 $$'

### an image that is not there and is not pulled
show run --rm --pull never ${P}absent

### an image name that is none
show run --rm UPPER:::case true

### an unknown flag
show run --no-such-flag $IMAGE

### a flag without its value
show run --name

### a short flag that is unknown
show run -Z $IMAGE

### no image
show run

### run in the background prints the id
show run -d --name ${P}web $IMAGE sleep 100

### a name that is taken
show run -d --name ${P}web $IMAGE sleep 100
show run -d --name ${P}web $IMAGE sleep 100

### a name that is none
show run --name 'not/a/name' $IMAGE true

### standard input reaches the command
printf 'one\ntwo\n' | quietly run --rm -i $IMAGE wc -l

### without -i there is no standard input
printf 'one\n' | quietly run --rm $IMAGE cat

### a terminal is needed for -it
show run --rm -it $IMAGE true

### attach and detach contradict each other
show run -d -a stdout $IMAGE true

### rm and restart contradict each other
show run --rm --restart always $IMAGE true

### an unknown restart policy
show run --restart sometimes $IMAGE true

### retries that are no number
show run --restart on-failure:x $IMAGE true

### only the streams that are attached
show run --rm -a stderr $IMAGE sh -c 'echo out; echo err >&2'

### variables
X=mine show run --rm -e A=1 -e X -e EMPTY= -e ABSENT $IMAGE sh -c 'echo "$A $X ${EMPTY-unset} ${ABSENT-unset}"'

### variables from a file
printf '# comment\nA=file\nB=file\n' >env
show run --rm --env-file env -e B=flag $IMAGE sh -c 'echo $A $B'

### a file of variables that is not there
show run --rm --env-file nothere $IMAGE true

### user by number
show run --rm -u 12:34 $IMAGE id

### user by name
show run --rm -u nobody $IMAGE id -un

### a user that is not there
show run --rm -u nosuchuser $IMAGE true

### working directory that is made
show run --rm -w /made/for/this $IMAGE pwd

### a working directory that is not absolute
show run --rm -w made $IMAGE pwd

### entry point
show run --rm --entrypoint echo $IMAGE one two

### entry point without a command
show run --rm --entrypoint '' $IMAGE echo one

### host name
show run --rm -h box --domainname example.org $IMAGE sh -c 'hostname; grep box /etc/hosts | wc -l'

### further hosts
show run --rm --add-host a.example:10.1.2.3 $IMAGE grep a.example /etc/hosts

### further hosts that are none
show run --rm --add-host nonsense $IMAGE true

### name servers
show run --rm --dns 10.9.8.7 --dns-search example.org --dns-option ndots:3 $IMAGE cat /etc/resolv.conf

### no network
show run --rm --network none $IMAGE sh -c 'ls /sys/class/net'

### a network that is not there
show run --rm --network ${P}nothere $IMAGE true

### read-only root
show run --rm --read-only $IMAGE touch /x

### tmpfs
show run --rm --tmpfs /t:size=1m $IMAGE sh -c 'df -k /t | tail -1 | tr -s " " | cut -d" " -f2,6'

### shared memory
show run --rm --shm-size 16m $IMAGE sh -c 'df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f2'

### limits
show run --rm --ulimit nofile=100:200 $IMAGE sh -c 'ulimit -n; ulimit -Hn'

### a limit that is none
show run --rm --ulimit nofile $IMAGE true

### kernel settings
show run --rm --sysctl net.ipv4.ip_forward=1 $IMAGE cat /proc/sys/net/ipv4/ip_forward

### capabilities of the usual container
show run --rm $IMAGE grep CapEff /proc/self/status

### capabilities taken away
show run --rm --cap-drop ALL $IMAGE grep CapEff /proc/self/status

### capabilities added
show run --rm --cap-drop ALL --cap-add NET_ADMIN $IMAGE grep CapEff /proc/self/status

### a capability that is none
show run --rm --cap-add NONSENSE $IMAGE true

### no new privileges
show run --rm --security-opt no-new-privileges $IMAGE grep NoNewPrivs /proc/self/status

### oom score
show run --rm --oom-score-adj 300 $IMAGE cat /proc/self/oom_score_adj

### memory that is too little
show run --rm -m 1k $IMAGE true

### memory that is no size
show run --rm -m much $IMAGE true

### processors that are none
show run --rm --cpus x $IMAGE true

### a port that is none
show run --rm -p 99999 $IMAGE true

### a device file that is not there
show run --rm --device /dev/${P}nothere $IMAGE true

### GPUs where there are none
show run --rm --gpus all $IMAGE true

### GPUs by number where there are none
show run --rm --gpus '"device=0,1"' $IMAGE true

### a request for GPUs that is none
show run --rm --gpus foo=1 $IMAGE true

### a count of GPUs that is none
show run --rm --gpus x $IMAGE true

### an id file
show run -d --cidfile cid --name ${P}a $IMAGE true
grep -cE '^[0-9a-f]{64}$' cid

### an id file that is there already
echo old >cid
show run --cidfile cid $IMAGE true
