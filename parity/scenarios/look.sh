# What is shown: ps, logs, exec, inspect, images.

### ps in its usual form
show run -d --name ${P}a $IMAGE sleep 100
show ps --filter name=${P}a

### ps of nothing
show ps --filter name=${P}nothere
show ps -q --filter name=${P}nothere

### ps with all
show run --name ${P}a $IMAGE sh -c 'exit 3'
show ps -a --filter name=${P}a --format '{{.Names}} {{.Image}} {{.Status}}'

### ps cuts long commands
show create --name ${P}a $IMAGE sh -c 'echo a command that is rather long'
show ps -a --filter name=${P}a --format '{{.Command}}'
show ps -a --no-trunc --filter name=${P}a --format '{{.Command}}'

### ps with a table of one's own
show create --name ${P}a -l colour=red $IMAGE true
show ps -a --filter name=${P}a --format 'table {{.Names}}\t{{.Label "colour"}}'

### ps as JSON
show create --name ${P}a $IMAGE true
show ps -a --filter name=${P}a --format '{{json .Names}}'

### ps by label
show create --name ${P}a -l ${P}x=1 $IMAGE true
show create --name ${P}b -l ${P}x=2 $IMAGE true
show ps -a --filter label=${P}x=2 --format '{{.Names}}'
show ps -a --filter label=${P}x --format '{{.Names}}'

### ps by status
show create --name ${P}a $IMAGE true
show ps -a --filter name=${P} --filter status=created --format '{{.Names}}'
show ps -a --filter name=${P} --filter status=running --format '{{.Names}}'

### ps by a filter that is none
show ps --filter nonsense=1

### ps by a format that is none
show ps --format '{{.Nonsense'

### ps of ports
show create --name ${P}a -p 127.0.0.1::80 --expose 90 $IMAGE true
show ps -a --filter name=${P}a --format '{{.Ports}}'

### logs of both streams
show run --name ${P}a $IMAGE sh -c 'echo out; echo err >&2'
show logs ${P}a

### the last lines of logs
show run --name ${P}a $IMAGE seq 1 10
show logs --tail 2 ${P}a
show logs -n 0 ${P}a

### logs with times
show run --name ${P}a $IMAGE echo hello
show logs -t ${P}a

### logs that are followed end with the container
show run -d --name ${P}a $IMAGE sh -c 'for i in 1 2 3; do echo $i; sleep 0.2; done'
show logs -f ${P}a

### logs of what is not there
show logs ${P}nothere

### logs from a number that is none
show create --name ${P}a $IMAGE true
show logs --tail x ${P}a

### exec
show run -d --name ${P}a $IMAGE sleep 100
show exec ${P}a sh -c 'echo out; echo err >&2; exit 5'

### exec with variables, user and directory
show run -d --name ${P}a -e A=1 $IMAGE sleep 100
show exec -e B=2 -u nobody -w /tmp ${P}a sh -c 'echo $A $B $(id -un) $(pwd)'

### exec of what is not there
show run -d --name ${P}a $IMAGE sleep 100
show exec ${P}a no-such-command

### exec of what is no program
show run -d --name ${P}a $IMAGE sleep 100
show exec ${P}a /etc/passwd

### exec in what does not run
show create --name ${P}a $IMAGE true
show exec ${P}a true

### exec in what is not there
show exec ${P}nothere true

### exec reads standard input
show run -d --name ${P}a $IMAGE sleep 100
printf 'one\ntwo\n' | quietly exec -i ${P}a wc -l

### exec in the background
show run -d --name ${P}a $IMAGE sleep 100
show exec -d ${P}a touch /tmp/x
until_true $CLI exec ${P}a test -e /tmp/x

### exec without a command
show exec ${P}a

### exec with a directory that is not there
show run -d --name ${P}a $IMAGE sleep 100
show exec -w /not/there ${P}a true

### inspect of state and configuration
show create --name ${P}a -l a=b -e A=1 -w /srv -u 5 --stop-signal INT $IMAGE echo hello
show inspect -f '{{.State.Status}} {{.Config.Labels}} {{index .Config.Env 0}} {{.Config.WorkingDir}} {{.Config.User}} {{.Config.Cmd}} {{.Config.StopSignal}} {{.Path}} {{.Args}}' ${P}a

### inspect of host configuration
show create --name ${P}a -m 256m --cpus 1.5 --restart always --cap-add NET_ADMIN -p 8081:80 --read-only $IMAGE true
show inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.CapAdd}} {{json .HostConfig.PortBindings}} {{.HostConfig.ReadonlyRootfs}}' ${P}a

### inspect of mounts as they were asked for, and of streams
show create --name ${P}a -i --mount type=bind,src=/tmp,dst=/t,readonly --mount type=volume,src=${P}v,dst=/v,volume-nocopy --mount type=tmpfs,dst=/s,tmpfs-size=1m,tmpfs-mode=700 -v ${P}w:/w --tmpfs /x $IMAGE true
show inspect -f '{{json .HostConfig.Mounts}} {{json .HostConfig.Binds}} {{json .HostConfig.Tmpfs}}' ${P}a
show inspect -f '{{json .Config.AttachStdin}} {{json .Config.AttachStdout}} {{json .Config.AttachStderr}}' ${P}a
show create --name ${P}b -a stderr $IMAGE true
show inspect -f '{{json .Config.AttachStdin}} {{json .Config.AttachStdout}} {{json .Config.AttachStderr}}' ${P}b
show run -d -i --name ${P}c $IMAGE true
show inspect -f '{{json .Config.AttachStdin}} {{json .Config.AttachStdout}} {{json .Config.AttachStderr}}' ${P}c
show rm -f ${P}a ${P}b ${P}c
show volume rm ${P}v ${P}w

### inspect of requests for devices
show create --name ${P}a --gpus all $IMAGE true
show inspect -f '{{json .HostConfig.DeviceRequests}} {{json .HostConfig.Devices}}' ${P}a
show create --name ${P}b --gpus '"device=0,1"' $IMAGE true
show inspect -f '{{json .HostConfig.DeviceRequests}}' ${P}b

### inspect of an end
show run --name ${P}a $IMAGE sh -c 'exit 3'
show inspect -f '{{.State.Status}} {{.State.Running}} {{.State.ExitCode}} {{.State.OOMKilled}} {{.State.Error}}' ${P}a

### inspect of what is not there
show inspect ${P}nothere
show inspect -f '{{.Id}}' ${P}nothere

### inspect by a field that is none
show create --name ${P}a $IMAGE true
show inspect -f '{{.Nonsense}}' ${P}a

### inspect of an image
show image inspect -f '{{.RepoTags}} {{.Os}} {{.Architecture}} {{.Config.Cmd}}' $IMAGE

### inspect of an image that is not there
show image inspect ${P}nothere

### a tag, and its end
show tag $IMAGE ${P}tag:one
show images ${P}tag --format '{{.Repository}}:{{.Tag}}'
show rmi ${P}tag:one
show images ${P}tag --format '{{.Repository}}:{{.Tag}}'

### a tag of what is not there
show tag ${P}nothere ${P}x

### a tag that is none
show tag $IMAGE 'UPPER/case'

### rmi of what is not there
show rmi ${P}nothere

### rmi of what a container uses
show tag $IMAGE ${P}used
show create --name ${P}a ${P}used true
show rmi ${P}used
show rm ${P}a
show rmi ${P}used

### images by name
show images $IMAGE --format 'table {{.Repository}}\t{{.Tag}}\t{{.ID}}'

### images of nothing
show images ${P}nothere
show images -q ${P}nothere

### networks by name
show network ls --filter name=^none$ --format '{{.Name}} {{.Driver}} {{.Scope}}'
show network inspect -f '{{.Name}} {{.Driver}}' bridge

### a network that is made and removed
show network create ${P}net
show network ls --filter name=${P}net --format '{{.Name}} {{.Driver}}'
show network create ${P}net
show network rm ${P}net
show network rm ${P}net

### a command that is not there
show nonsense

### a command of a group that is not there
show container nonsense

### logs that are followed over a restart
show run -d --name ${P}a $IMAGE sh -c 'echo begun; exec sleep 100'
until_logged begun ${P}a
$CLI logs -f ${P}a >log 2>&1 & pid=$!
until_true grep -q begun log
show restart -t 0 ${P}a
until_true sh -c "[ \$($CLI logs ${P}a | grep -c begun) = 2 ]"
show kill ${P}a
wait $pid; echo "= $?"
sort log | uniq -c | sed 's/^ *//'
show logs --tail 1 ${P}a

### inspect of what has no counterpart in a microVM
show create --name ${P}a $IMAGE true
show inspect -f '{{json .MountLabel}} {{json .ProcessLabel}} {{json .AppArmorProfile}} {{json .ResolvConfPath}} {{json .HostnamePath}} {{json .HostsPath}}' ${P}a
show inspect -f '{{with .HostConfig}}{{.BlkioWeight}} {{.BlkioWeightDevice}} {{.BlkioDeviceReadBps}} {{.CpusetMems}} {{.CpuRealtimePeriod}} {{.CpuRealtimeRuntime}} {{json .DeviceCgroupRules}} {{json .CgroupParent}} {{json .Cgroup}}{{end}}' ${P}a
show inspect -f '{{with .NetworkSettings}}{{.Bridge}} {{.SandboxID}} {{.HairpinMode}} {{.LinkLocalIPv6Address}} {{.LinkLocalIPv6PrefixLen}} {{json .SecondaryIPAddresses}} {{.GlobalIPv6Address}} {{.GlobalIPv6PrefixLen}} {{.IPv6Gateway}}{{end}}' ${P}a

### inspect of networks
$CLI network create ${P}n >/dev/null
show create --name ${P}a $IMAGE true
show create --name ${P}b --network none $IMAGE true
show run -d --name ${P}c --network ${P}n --network-alias one $IMAGE sleep 100
show run -d --name ${P}d $IMAGE sleep 100
for c in a b c d; do
    show inspect -f '{{range $name, $e := .NetworkSettings.Networks}}{{$name}} {{json $e.IPAMConfig}} {{json $e.Links}} {{json $e.DriverOpts}} {{$e.IPAddress}} {{$e.IPPrefixLen}} {{$e.Gateway}} {{$e.IPv6Gateway}} {{$e.GlobalIPv6Address}} {{$e.GlobalIPv6PrefixLen}}{{end}}' ${P}$c
done
show inspect -f '{{.NetworkSettings.IPAddress}} {{.NetworkSettings.IPPrefixLen}} {{.NetworkSettings.Gateway}}' ${P}d
show rm -f ${P}a ${P}b ${P}c ${P}d
show network rm ${P}n

### a container that is none, before other mistakes
show logs --since nonsense ${P}nothere
show exec -it ${P}nothere true
show exec -it ${P}nothere
