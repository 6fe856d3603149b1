# The life of a container: create, start, stop, kill, wait, restart, rename, pause, rm.

### created and started
show create --name ${P}a $IMAGE sh -c 'echo hello; exit 3'
show start -a ${P}a
show ps -a --filter name=${P}a --format '{{.Names}} {{.State}}'

### start prints the name
show create --name ${P}a $IMAGE true
show start ${P}a
show wait ${P}a

### start of what is not there
show start ${P}nothere

### start of several, one of which is not there
show create --name ${P}a $IMAGE sleep 100
show start ${P}a ${P}nothere

### start of what runs
show run -d --name ${P}a $IMAGE sleep 100
show start ${P}a

### stop
show run -d --name ${P}a $IMAGE sh -c 'trap "exit 4" TERM; echo ready; while :; do sleep 0.1; done'
until_logged ready ${P}a
show stop ${P}a
show inspect -f '{{.State.Status}} {{.State.ExitCode}}' ${P}a

### stop by force after a while
show run -d --name ${P}a $IMAGE sh -c 'trap : TERM; echo ready; while :; do sleep 0.1; done'
until_logged ready ${P}a
show stop -t 1 ${P}a
show inspect -f '{{.State.Status}} {{.State.ExitCode}}' ${P}a

### stop by another signal
show run -d --name ${P}a --stop-signal USR1 $IMAGE sh -c 'trap "exit 5" USR1; echo ready; while :; do sleep 0.1; done'
until_logged ready ${P}a
show stop ${P}a
show wait ${P}a

### stop of what has ended
show run --name ${P}a $IMAGE true
show stop ${P}a

### stop of what is not there
show stop ${P}nothere

### kill
show run -d --name ${P}a $IMAGE sleep 100
show kill ${P}a
show wait ${P}a

### kill by another signal
show run -d --name ${P}a $IMAGE sh -c 'trap "exit 6" HUP; echo ready; while :; do sleep 0.1; done'
until_logged ready ${P}a
show kill -s HUP ${P}a
show wait ${P}a

### kill by a signal that is none
show run -d --name ${P}a $IMAGE sleep 100
show kill -s NONSENSE ${P}a

### kill of what does not run
show create --name ${P}a $IMAGE true
show kill ${P}a

### wait for several
show run -d --name ${P}a $IMAGE sh -c 'exit 1'
show run -d --name ${P}b $IMAGE sh -c 'exit 2'
show wait ${P}a ${P}b

### wait for what is not there
show wait ${P}nothere

### restart
show run -d --name ${P}a $IMAGE sh -c 'trap "exit 0" TERM; echo ready; while :; do sleep 0.1; done'
until_logged ready ${P}a
show restart ${P}a
show ps --filter name=${P}a --format '{{.Names}} {{.State}}'

### restart on failure stops after its retries
show run -d --name ${P}a --restart on-failure:1 $IMAGE sh -c 'exit 9'
show wait ${P}a
until_is exited ${P}a
show inspect -f '{{.RestartCount}} {{.State.ExitCode}}' ${P}a

### rename
show create --name ${P}a $IMAGE true
show rename ${P}a ${P}b
show inspect -f '{{.Name}}' ${P}b

### rename to what is taken
show create --name ${P}a $IMAGE true
show create --name ${P}b $IMAGE true
show rename ${P}a ${P}b

### rename of what is not there
show rename ${P}nothere ${P}b

### pause
show run -d --name ${P}a $IMAGE sleep 100
show pause ${P}a
show ps --filter name=${P}a --format '{{.State}}'
show unpause ${P}a
show unpause ${P}a

### pause of what does not run
show create --name ${P}a $IMAGE true
show pause ${P}a

### rm
show create --name ${P}a $IMAGE true
show rm ${P}a
show inspect -f '{{.Name}}' ${P}a

### rm of what runs
show run -d --name ${P}a $IMAGE sleep 100
show rm ${P}a
show rm -f ${P}a

### rm of what is not there
show rm ${P}nothere
show rm -f ${P}nothere

### a container by a part of its id
id=$($CLI create --name ${P}a $IMAGE true)
quietly inspect -f '{{.Name}}' ${id:0:20}

### port of what publishes none
show run -d --name ${P}a $IMAGE sleep 100
show port ${P}a
show port ${P}a 80

### init passes signals on
show run -d --init --name ${P}a $IMAGE sleep 100
show exec ${P}a sh -c 'tr "\\0" " " </proc/1/cmdline'
show stop -t 60 ${P}a
show inspect -f '{{.State.ExitCode}} {{.Path}}' ${P}a
show run --init --rm $IMAGE sh -c 'exit 5'

### update of what does not run
show create --name ${P}a $IMAGE sleep 100
show update ${P}a
show update --cpu-shares 512 --cpuset-cpus 0 -m 100m --memory-swap 100m --memory-reservation 20m --cpu-period 50000 --cpu-quota 25000 --restart on-failure:3 --pids-limit 100 ${P}a
show inspect -f '{{with .HostConfig}}{{.CpuShares}} {{.CpusetCpus}} {{.Memory}} {{.MemorySwap}} {{.MemoryReservation}} {{.CpuPeriod}} {{.CpuQuota}} {{.RestartPolicy.Name}} {{.PidsLimit}}{{end}}' ${P}a
show start ${P}a
show exec ${P}a echo runs
show rm -f ${P}a

### update to what cannot be
show create --name ${P}a -m 64m --memory-swap 64m --cpu-quota 50000 $IMAGE true
show create --name ${P}b --cpus 1 $IMAGE true
show update --restart nonsense ${P}a
show update --restart always:3 ${P}a
show update --restart on-failure:x ${P}a
show update -m 1k ${P}a
show update -m x ${P}a
show update -m 100m ${P}a
show update -m 100m --memory-swap 50m ${P}a
show update --memory-reservation 1m ${P}a
show update --cpus x ${P}a
show update --cpus 0.5 ${P}a
show update --cpu-quota 50000 ${P}b
show update --cpus -1 ${P}b
show update --cpu-shares x ${P}a
show update --cpuset-cpus one ${P}a
show update --pids-limit x ${P}a
show update --restart no ${P}a ${P}nothere ${P}b

### memory that is kept from others, beyond the limit
show create --name ${P}c --memory-reservation 6g $IMAGE true
show create --name ${P}a -m 64m --memory-reservation 32m $IMAGE true
show update --memory-reservation 128m ${P}a
show update -m 16m --memory-swap 16m ${P}a
show update -m 64m --memory-swap 64m --memory-reservation 65m ${P}a
show inspect -f '{{.HostConfig.Memory}} {{.HostConfig.MemoryReservation}}' ${P}a
quietly run -d --name ${P}b -m 100m --memory-reservation 32m $IMAGE sleep 600
show update --memory-reservation 200m ${P}b
show inspect -f '{{.State.Status}} {{.HostConfig.Memory}} {{.HostConfig.MemoryReservation}}' ${P}b
show start -a ${P}c

### stop and restart within a time
show run -d --name ${P}a $IMAGE sh -c 'trap : TERM; echo ready; while :; do sleep 0.1; done'
until_logged ready ${P}a
show restart --timeout 0 ${P}a
show stop --timeout 0 ${P}a
show stop --time 0 ${P}a
show stop -t x ${P}a
show restart --timeout x ${P}a
show stop --timeout 0 ${P}nothere

### words too many and too few
for c in attach cp diff exec kill logs pause port rename restart rm start stop top unpause update wait rmi tag 'volume rm' 'volume inspect' 'network rm' 'network inspect' 'container inspect'; do show $c; done
for c in 'attach a b' 'cp a b c' 'diff a b' 'logs a b' 'port a 80 x' 'rename a b c' 'tag a b c' 'ps a' 'info a' 'version a' 'volume create a b' 'volume ls a' 'network create a b' 'network ls a' 'system df a' 'events a'; do show $c; done

### the input of what was created for it
for f in -i -it '-i -a stdin'; do $CLI create --name ${P}a $f $IMAGE cat >/dev/null; quietly inspect -f '{{.Config.OpenStdin}} {{.Config.StdinOnce}} {{.Config.AttachStdin}}' ${P}a; $CLI rm ${P}a >/dev/null; done
show run -d -i --name ${P}a $IMAGE true
show inspect -f '{{.Config.OpenStdin}} {{.Config.StdinOnce}} {{.Config.AttachStdin}}' ${P}a
show create --name ${P}b -i $IMAGE cat
echo once | quietly start -ai ${P}b
show inspect -f '{{.State.Status}}' ${P}b
