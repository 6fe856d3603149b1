# The flags of run and create, each with what it does, what inspect shows of it, and how a wrong value is refused.

### a file of variables: what is read and what is not
printf 'A=1\n  B=2\n#C=3\nD=a b #c\nE="quoted"\nMINE\nABSENT\n\nF=x=y\n' >env
MINE=yes show run --rm --env-file env $IMAGE sh -c 'for v in A B C D E MINE ABSENT F; do eval echo "$v=[\${$v-unset}]"; done'

### a file of variables with a name that is none
printf 'A=1\n=2\n' >env
show run --rm --env-file env $IMAGE true

### a file of variables with a blank in a name
printf 'A B=1\n' >env
show run --rm --env-file env $IMAGE true

### a variable without a name
show run --rm -e =1 $IMAGE true

### labels
show create --name ${P}a -l one=1 -l two -l 'three=a=b' --label four= $IMAGE true
show inspect -f '{{json .Config.Labels}}' ${P}a

### labels from a file
printf '# comment\none=file\ntwo=file\nthree\n' >labels
show create --name ${P}a --label-file labels -l two=flag $IMAGE true
show inspect -f '{{json .Config.Labels}}' ${P}a

### a file of labels that is not there
show create --name ${P}x --label-file nothere $IMAGE true

### a label without a name
show create --name ${P}a -l =x $IMAGE true

### further groups
show run --rm --group-add 10 --group-add 4242 $IMAGE id -G
show run --rm -u 12:34 --group-add nogroup $IMAGE id -G

### a group that is not there
show run --rm --group-add nosuchgroup $IMAGE true

### user and group by name
show run --rm -u nobody:nogroup $IMAGE id
show run --rm -u nobody:nosuchgroup $IMAGE true

### what inspect shows of further groups
show create --name ${P}a --group-add 10 --group-add audio $IMAGE true
show inspect -f '{{json .HostConfig.GroupAdd}}' ${P}a

### domain name
show run --rm -h box --domainname example.org $IMAGE sh -c 'hostname; hostname -f; cat /proc/sys/kernel/domainname; cat /etc/hostname; grep -c box.example.org /etc/hosts'
show create --name ${P}a -h box --domainname example.org $IMAGE true
show inspect -f '{{.Config.Hostname}} {{.Config.Domainname}}' ${P}a

### a host name with a domain
show run --rm -h box.example.org $IMAGE sh -c 'hostname; cat /etc/hostname; grep -o "box.*" /etc/hosts'

### a host name that is none
show run --rm -h '-x' $IMAGE true
show run --rm -h 'under_score' $IMAGE hostname

### name servers by themselves
show run --rm --dns 10.9.8.7 --dns 10.9.8.6 $IMAGE grep nameserver /etc/resolv.conf
show run --rm --dns-search one.example --dns-search two.example $IMAGE grep search /etc/resolv.conf
show run --rm --dns 10.9.8.7 --dns-search . $IMAGE grep -c search /etc/resolv.conf
show run --rm --dns-opt ndots:3 --dns-opt timeout:2 $IMAGE grep options /etc/resolv.conf

### a name server that is none
show run --rm --dns nonsense $IMAGE true

### a search domain that is none
show run --rm --dns-search 'not!a!domain' $IMAGE true

### what inspect shows of name servers
show create --name ${P}a --dns 10.9.8.7 --dns-search example.org --dns-option ndots:3 --add-host a.example:10.1.2.3 $IMAGE true
show inspect -f '{{json .HostConfig.Dns}} {{json .HostConfig.DnsSearch}} {{json .HostConfig.DnsOptions}} {{json .HostConfig.ExtraHosts}}' ${P}a
show create --name ${P}b $IMAGE true
show inspect -f '{{json .HostConfig.Dns}} {{json .HostConfig.DnsSearch}} {{json .HostConfig.DnsOptions}} {{json .HostConfig.ExtraHosts}}' ${P}b

### further hosts of several kinds
# client 28
show run --rm --add-host a.example:10.1.2.3 --add-host six.example:2001:db8::1 --add-host eq.example=10.1.2.4 $IMAGE grep example /etc/hosts
show run --rm --add-host up:host-gateway $IMAGE grep -c up /etc/hosts

### a further host with an address that is none
show run --rm --add-host a.example:999.1.1.1 $IMAGE true

### settings of the kernel
show run --rm --sysctl net.core.somaxconn=512 --sysctl kernel.shmmax=1000000 $IMAGE sh -c 'cat /proc/sys/net/core/somaxconn /proc/sys/kernel/shmmax'
show create --name ${P}a --sysctl net.core.somaxconn=512 $IMAGE true
show inspect -f '{{json .HostConfig.Sysctls}}' ${P}a

### a setting of the kernel that is none
show run --rm --sysctl net.nonsense=1 $IMAGE true

### limits by kind
show run --rm --ulimit nofile=100 --ulimit core=0 --ulimit stack=8192000:16384000 $IMAGE sh -c 'ulimit -n; ulimit -Hn; ulimit -c; ulimit -s; ulimit -Hs'
show run --rm --ulimit nproc=50:60 $IMAGE sh -c 'ulimit -u; ulimit -Hu'
show run --rm --ulimit core=-1 $IMAGE sh -c 'ulimit -c'

### the usual limits
show run --rm $IMAGE sh -c 'ulimit -c; ulimit -s; ulimit -f; ulimit -t'

### limits that are none
show run --rm --ulimit nonsense=1 $IMAGE true
show run --rm --ulimit nofile=1:2:3 $IMAGE true
show run --rm --ulimit nofile=x $IMAGE true
show run --rm --ulimit nofile=5:4 $IMAGE true

### what inspect shows of limits
# client 28
show create --name ${P}a --ulimit nofile=100:200 --ulimit core=0 $IMAGE true
show inspect -f '{{json .HostConfig.Ulimits}}' ${P}a
show create --name ${P}b $IMAGE true
show inspect -f '{{json .HostConfig.Ulimits}} {{json .HostConfig.PidsLimit}} {{json .HostConfig.CapAdd}} {{json .HostConfig.CapDrop}} {{json .HostConfig.SecurityOpt}}' ${P}b

### shared memory, usual and chosen
show run --rm $IMAGE sh -c 'df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f1,2,6'
show create --name ${P}a --shm-size 16m $IMAGE true
show create --name ${P}b $IMAGE true
show inspect -f '{{.HostConfig.ShmSize}}' ${P}a ${P}b
show run --rm --shm-size much $IMAGE true

### tmpfs with options
show run --rm --tmpfs /t:rw,size=2m,mode=1700,noexec $IMAGE sh -c 'grep " /t " /proc/mounts | grep -o "size=[0-9a-z]*\|noexec\|mode=[0-9]*\|nosuid\|nodev"; stat -c %a /t'
show run --rm --tmpfs /t $IMAGE sh -c 'grep " /t " /proc/mounts | grep -o "noexec\|nosuid\|nodev"; stat -c %a /t'
show create --name ${P}a --tmpfs /t:size=1m $IMAGE true
show inspect -f '{{json .HostConfig.Tmpfs}}' ${P}a

### tmpfs that is none
show run --rm --tmpfs t $IMAGE true
show run --rm --tmpfs /t:nonsense $IMAGE true

### an id file in a directory that is not there
show run --cidfile no/where $IMAGE true

### an id file of a container that is not made
show create --name ${P}x --cidfile cid --restart nonsense $IMAGE true
ls

### an id file of create
show create --cidfile cid --name ${P}a $IMAGE true
[ "$(cat cid)" = "$($CLI inspect -f '{{.Id}}' ${P}a)" ] && echo same

### how long stop waits
show run -d --name ${P}a --stop-timeout 1 $IMAGE sh -c 'trap : TERM; echo ready; while :; do sleep 0.1; done'
until_logged ready ${P}a
show stop ${P}a
show inspect -f '{{.State.ExitCode}} {{.Config.StopTimeout}} {{.Config.StopSignal}}' ${P}a

### what inspect shows of the end
show create --name ${P}a --stop-signal SIGUSR1 --stop-timeout 7 --rm $IMAGE true
show inspect -f '{{.Config.StopSignal}} {{.Config.StopTimeout}} {{.HostConfig.AutoRemove}}' ${P}a

### a stop signal that is none
show run --rm --stop-signal NONSENSE $IMAGE true

### a stop time-out that is no number
show run --rm --stop-timeout soon $IMAGE true

### options of the log
show run --name ${P}a --log-opt max-size=1m --log-opt max-file=3 $IMAGE echo logged
show logs ${P}a
show inspect -f '{{json .HostConfig.LogConfig.Config}}' ${P}a

### an option of the log that is none
show run --rm --log-opt nonsense=1 $IMAGE true
show run --rm --log-opt max-size=much $IMAGE true

### a driver of logs
show run --name ${P}a --log-driver json-file $IMAGE echo logged
show logs ${P}a

### no log
show run --name ${P}a --log-driver none $IMAGE echo logged
show logs ${P}a

### no log of a container in the background
show run -d --name ${P}a --log-driver none $IMAGE sh -c 'echo out; echo err >&2; read x; echo $x'
show wait ${P}a
show logs ${P}a
show inspect -f '{{.HostConfig.LogConfig.Type}} {{.State.ExitCode}}' ${P}a

### no log, and much that is printed
$CLI run --name ${P}a --log-driver none $IMAGE sh -c 'i=0; while [ $i -lt 60000 ]; do echo $i is a line with quite some words in it, to be many octets; i=$((i+1)); done' | { sleep 1; cksum; }

### share of processor time
show create --name ${P}a -c 512 $IMAGE true
show inspect -f '{{.HostConfig.CpuShares}}' ${P}a
show start -a ${P}a
show run --rm --cpu-shares 0 $IMAGE echo ran
show create --name ${P}x --cpu-shares x $IMAGE true

### processors to run on
show run --name ${P}a --cpuset-cpus 0 $IMAGE nproc
show inspect -f '{{.HostConfig.CpusetCpus}}' ${P}a
show create --name ${P}x --cpuset-cpus 5000 $IMAGE true 2>&1 | sed 's/available: .*/available: SOME/'
show create --name ${P}x --cpuset-cpus 0- $IMAGE true
show create --name ${P}x --cpuset-cpus one $IMAGE true

### processors by quota and period
show create --name ${P}a --cpu-quota 25000 --cpu-period 50000 $IMAGE true
show inspect -f '{{.HostConfig.CpuQuota}} {{.HostConfig.CpuPeriod}} {{.HostConfig.NanoCpus}}' ${P}a
show start -a ${P}a
show create --name ${P}x --cpu-quota 500 $IMAGE true
show create --name ${P}x --cpu-period 500 $IMAGE true
show create --name ${P}x --cpus 1 --cpu-quota 50000 $IMAGE true
show create --name ${P}x --cpus 1 --cpu-period 50000 $IMAGE true

### memory that is kept from others
show run --name ${P}a --memory-reservation 32m -m 100m $IMAGE echo ran
show inspect -f '{{.HostConfig.MemoryReservation}} {{.HostConfig.Memory}}' ${P}a
show create --name ${P}x --memory-reservation 1m $IMAGE true
show create --name ${P}x --memory-reservation 32m -m 16m $IMAGE true
show create --name ${P}x --memory-reservation x $IMAGE true

### security options
show run --rm --security-opt no-new-privileges:true $IMAGE grep NoNewPrivs /proc/self/status
show run --rm --security-opt no-new-privileges=false $IMAGE grep NoNewPrivs /proc/self/status
show create --name ${P}a --security-opt no-new-privileges $IMAGE true
show inspect -f '{{json .HostConfig.SecurityOpt}}' ${P}a

### a security option that is none
show run --rm --security-opt nonsense $IMAGE true
show run --rm --security-opt seccomp=/not/there $IMAGE true

### no seccomp
show run --rm --security-opt seccomp=unconfined $IMAGE echo ran

### no profile of AppArmor, no label of SELinux
show run --rm --security-opt apparmor=unconfined --security-opt label=disable $IMAGE echo ran

### capabilities by several names
show run --rm --cap-drop all --cap-add chown --cap-add CAP_KILL $IMAGE grep CapEff /proc/self/status
show run --rm --cap-drop NET_RAW --cap-drop cap_mknod $IMAGE grep CapEff /proc/self/status

### a capability to take away that is none
show run --rm --cap-drop NONSENSE $IMAGE true

### capabilities of a user that is not root
show run --rm -u 1000 $IMAGE grep Cap /proc/self/status

### capabilities of a user that is not root, added
show run --rm -u 1000 --cap-drop ALL --cap-add NET_BIND_SERVICE $IMAGE grep Cap /proc/self/status

### what inspect shows of capabilities
# client 28
show create --name ${P}a --cap-add sys_time --cap-add CAP_NET_ADMIN --cap-drop mknod --cap-drop ALL $IMAGE true
show inspect -f '{{json .HostConfig.CapAdd}} {{json .HostConfig.CapDrop}}' ${P}a

### what inspect shows of a privileged container
show create --name ${P}a --privileged $IMAGE true
show inspect -f '{{.HostConfig.Privileged}}' ${P}a

### not privileged
show run --rm $IMAGE sh -c 'mkdir /m; mount -t tmpfs none /m 2>&1; echo x >/proc/sys/kernel/hostname'

### process namespaces
show run --rm --pid host $IMAGE true
show run --rm --pid nonsense $IMAGE true
show run --rm --pid container:${P}nothere $IMAGE true

### namespaces for communication
show run --rm --ipc private $IMAGE echo ran
show run --rm --ipc shareable $IMAGE echo ran
show run --name ${P}a --ipc none $IMAGE ls -d /dev/shm /dev/mqueue
show inspect -f '{{.HostConfig.IpcMode}}' ${P}a
show run --rm --ipc nonsense $IMAGE true

### host names of the host
show run --rm --uts nonsense $IMAGE true

### users of the host
show run --rm --userns host $IMAGE echo ran
show run --rm --userns nonsense $IMAGE true

### control groups of its own
show run --rm --cgroupns private $IMAGE echo ran
show run --rm --cgroupns nonsense $IMAGE true

### memory as it is written
for m in 64m 65536k 67108864 67108864b 64M 64mb 64MiB; do $CLI create --name ${P}$m -m $m $IMAGE true >/dev/null; quietly inspect -f '{{.HostConfig.Memory}}' ${P}$m; done

### processors
show create --name ${P}a --cpus 1.5 $IMAGE true
show inspect -f '{{.HostConfig.NanoCpus}}' ${P}a
show create --name ${P}x --cpus 9999 $IMAGE true
show create --name ${P}x --cpus -1 $IMAGE true

### memory and swap
for s in 64m -1 100m 0; do $CLI create --name ${P}$s -m 64m --memory-swap $s $IMAGE true >/dev/null 2>&1; quietly inspect -f '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}' ${P}$s; done
show create --name ${P}a -m 64m --memory-swap 64m --memory-swappiness 0 --oom-kill-disable=false $IMAGE true
show inspect -f '{{.HostConfig.MemorySwap}} {{.HostConfig.MemorySwappiness}} {{.HostConfig.OomKillDisable}} {{.HostConfig.KernelMemory}}' ${P}a
show create --name ${P}b $IMAGE true
show inspect -f '{{.HostConfig.MemorySwap}} {{json .HostConfig.MemorySwappiness}}' ${P}b
show run --rm -m 64m --memory-swap 64m $IMAGE echo ran

### swap that cannot be
show create --name ${P}x -m 64m --memory-swap 10m $IMAGE true
show create --name ${P}x --memory-swap 10m $IMAGE true
show create --name ${P}x --memory-swap x $IMAGE true
show create --name ${P}x --memory-swap -2 $IMAGE true
show create --name ${P}x --memory-swappiness 101 $IMAGE true
show create --name ${P}x --memory-swappiness -2 $IMAGE true
show create --name ${P}x --memory-swappiness x $IMAGE true
show create --name ${P}x --oom-kill-disable=x $IMAGE true
show create --name ${P}x --kernel-memory 1m $IMAGE true
show create --name ${P}x --kernel-memory x $IMAGE true

### what a microVM has not, and a warning of it
show create --name ${P}a -m 64m --memory-swap -1 $IMAGE true
show create --name ${P}b --memory-swappiness 60 $IMAGE true
show create --name ${P}c -m 64m --oom-kill-disable $IMAGE true
show create --name ${P}d --kernel-memory 10m $IMAGE true

### isolation
show create --name ${P}a --isolation default $IMAGE true
show create --name ${P}b $IMAGE true
show inspect -f '{{json .HostConfig.Isolation}}' ${P}a ${P}b
show create --name ${P}x --isolation hyperv $IMAGE true

### the driver of volumes
show create --name ${P}a --volume-driver local -v ${P}v:/v $IMAGE true
show inspect -f '{{.HostConfig.VolumeDriver}}' ${P}a
show create --name ${P}b --volume-driver nonsense $IMAGE true
show rm ${P}a
show volume rm ${P}v

### a driver of volumes that is none
show create --name ${P}x --volume-driver nonsense -v ${P}v:/v $IMAGE true
show volume create -d nonsense ${P}v

### health in the time of the start
show create --name ${P}a --health-start-period 10s --health-cmd true $IMAGE true
show inspect -f '{{json .Config.Healthcheck}}' ${P}a
show create --name ${P}x --health-start-interval x $IMAGE true
show create --name ${P}x --health-start-period x $IMAGE true

### processes
show create --name ${P}a --pids-limit 50 $IMAGE true
show create --name ${P}b --pids-limit -1 $IMAGE true
show inspect -f '{{json .HostConfig.PidsLimit}}' ${P}a ${P}b
show create --name ${P}x --pids-limit many $IMAGE true

### who dies first
show create --name ${P}a --oom-score-adj 300 $IMAGE true
show inspect -f '{{.HostConfig.OomScoreAdj}}' ${P}a
show create --name ${P}x --oom-score-adj 2000 $IMAGE true

### a hardware address that is none
show run --rm --mac-address nonsense $IMAGE true

### an address of one's own in the usual network
# client 28
show run --rm --ip 172.17.0.99 $IMAGE true
show run --rm --ip nonsense $IMAGE true

### aliases in the usual network
# client 28
show run --rm --network-alias x $IMAGE true

### ports as they are written
for p in 80 8080:80 127.0.0.1::80 127.0.0.1:8080:80/udp 8000-8001:80-81 80/tcp; do $CLI create --name ${P}a -p $p $IMAGE true >/dev/null; quietly inspect -f '{{json .HostConfig.PortBindings}} {{json .Config.ExposedPorts}}' ${P}a; $CLI rm ${P}a >/dev/null; done

### ports that are none
show create --name ${P}x -p x $IMAGE true
show create --name ${P}x -p 80/icmp $IMAGE true
show create --name ${P}x -p 300.1.1.1:80:80 $IMAGE true
show create --name ${P}x -p 8000-8002:80-81 $IMAGE true
show create --name ${P}x --expose x $IMAGE true
show create --name ${P}x --expose 90-80 $IMAGE true

### exposed ports
show create --name ${P}a --expose 90 --expose 100-102/udp $IMAGE true
show inspect -f '{{json .Config.ExposedPorts}}' ${P}a
show ps -a --filter name=${P}a --format '{{.Ports}}'

### restart policies
for r in no always unless-stopped on-failure on-failure:3; do $CLI create --name ${P}a --restart $r $IMAGE true >/dev/null; quietly inspect -f '{{json .HostConfig.RestartPolicy}}' ${P}a; $CLI rm ${P}a >/dev/null; done
show create --name ${P}x --restart always:3 $IMAGE true
show create --name ${P}x --restart on-failure:-1 $IMAGE true

### a time to pull that is none
# client 28
show run --rm --pull nonsense $IMAGE true

### a volume that is none
show create --name ${P}x -v a:b:c:d $IMAGE true
show create --name ${P}x -v /x:y $IMAGE true
show create --name ${P}x -v /:/ $IMAGE true
show create --name ${P}x -v name:/x:nonsense $IMAGE true

### a volume without a source
# client 28
show create --name ${P}x -v :/x $IMAGE true

### mounts that are none
show create --name ${P}x --mount type=nonsense,target=/x $IMAGE true
show create --name ${P}x --mount target=x $IMAGE true
show create --name ${P}x --mount type=bind,target=/x $IMAGE true
show create --name ${P}x --mount type=bind,source=/not/there,target=/x $IMAGE true
show create --name ${P}x --mount type=volume,nonsense=1,target=/x $IMAGE true
show create --name ${P}x --mount type=tmpfs,source=x,target=/x $IMAGE true
show create --name ${P}x --mount source=x $IMAGE true

### volumes from what is not there
show create --name ${P}x --volumes-from ${P}nothere $IMAGE true

### what inspect shows of a container that asks for nothing
show create --name ${P}a $IMAGE true
show inspect -f '{{json .Config.Entrypoint}} {{json .Config.Cmd}} {{json .Config.User}} {{json .Config.WorkingDir}} {{json .Config.Volumes}} {{json .Config.OnBuild}} {{.Config.Tty}} {{.Config.OpenStdin}} {{.Config.StdinOnce}}' ${P}a
show inspect -f '{{json .HostConfig.Binds}} {{json .HostConfig.NetworkMode}} {{json .HostConfig.PortBindings}} {{json .HostConfig.RestartPolicy}} {{json .HostConfig.Links}} {{json .HostConfig.IpcMode}} {{json .HostConfig.PidMode}} {{json .HostConfig.UTSMode}} {{json .HostConfig.UsernsMode}}' ${P}a
show inspect -f '{{.State.StartedAt}} {{.State.FinishedAt}} {{.RestartCount}} {{.State.Pid}}' ${P}a
show inspect -f '{{.Config.Nonsense}}' ${P}a

### attach only some streams
show run --rm -a stdout $IMAGE sh -c 'echo out; echo err >&2'
show run --rm -a nonsense $IMAGE true
show run --rm -a stdin -a stdout -i $IMAGE cat </dev/null

### the signals of the caller
$CLI run --name ${P}a $IMAGE sh -c 'trap "echo got; exit 5" TERM; echo ready; while :; do sleep 0.1; done' >log 2>&1 & pid=$!
until_logged ready ${P}a
kill -TERM $pid; wait $pid; echo "= $?"; cat log

### a network that has no name, and several
show create --name ${P}x --network '' $IMAGE true
# Docker names them in any order.
show create --name ${P}x --network bridge --network none $IMAGE true | sed 's/none, bridge/bridge, none/'
show create --name ${P}a --network bridge --network bridge $IMAGE true

### directories for files
mkdir d
show create --name ${P}x --env-file d $IMAGE true
show create --name ${P}x --label-file d $IMAGE true

### settings that are none
show create --name ${P}x --sysctl x $IMAGE true
show create --name ${P}x --sysctl '' $IMAGE true
show create --name ${P}x --security-opt no-new-privileges=x $IMAGE true
show create --name ${P}x --cap-add '' $IMAGE true
show create --name ${P}x --restart no:3 $IMAGE true
show create --name ${P}x -p '' $IMAGE true
show create --name ${P}x -p 65536:80 $IMAGE true
show create --name ${P}x --stop-signal 0 $IMAGE true
show create --name ${P}x --gpus '' $IMAGE true
show create --name ${P}x --shm-size -1 $IMAGE true

### what keeps a container from being created
echo somebody >cid
show create --name ${P}x --cidfile cid $IMAGE true
show run --name ${P}x --cidfile cid $IMAGE true
show create --name ${P}x --cidfile no/where $IMAGE true
show create --name ${P}x --platform x $IMAGE true
show create --name ${P}x --platform linux/a/b/c $IMAGE true
show create --name ${P}x --platform 'linux/*' $IMAGE true
show run --name ${P}x --platform 'a b' $IMAGE true
show create --name ${P}x UPPER
show run --name ${P}x UPPER
show ps -aq --filter name=${P}

### names of images and platforms that cannot be
show pull UPPER
show pull 'a b'
show pull -q UPPER
show pull --platform x $IMAGE
show pull --platform linux/a/b/c $IMAGE
show inspect --type nonsense ${P}x

### a platform that the image is not of
$CLI create --name ${P}x --platform linux/arm64 $IMAGE true >/dev/null 2>err || echo failed
head -n 1 err
show create --name ${P}a --platform linux/amd64 $IMAGE true
show create --name ${P}b --platform amd64 $IMAGE true
show create --name ${P}c --platform Linux/AMD64 $IMAGE true
show create --name ${P}d --platform linux $IMAGE true

### fields in quotes
show run --rm --mount 'type=tmpfs,"target=/a,b"' $IMAGE ls -d /a,b
show run --rm --mount '"type=tmpfs","target=/a""b"' $IMAGE sh -c 'ls -d /a*b'
for mount in 'type=bi"nd,target=/x' '"type=bind"x,target=/x' '"type=bind' 'type=tmpfs,target="/x"' ' "type=tmpfs",target=/x' '"type=tmpfs" ,target=/x' '""' , type=tmpfs,,target=/x type=tmpfs,target=/x, 'tüp"e=x'; do
    show create --name ${P}x --mount "$mount" $IMAGE true
done
for gpus in 'all"' '"device=0"x' '"device=0' 'all,' '""'; do
    show create --name ${P}x --gpus "$gpus" $IMAGE true
done

### an argument with what cannot be seen
for mount in 'a\b' $'\033[31mred' $'tab\there' $'no\302\240break' $'del\177'; do
    show create --name ${P}x --mount "$mount" $IMAGE true
done
