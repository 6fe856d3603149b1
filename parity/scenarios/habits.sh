# What people type from habit, and what they are told when it goes wrong.

### containers by volume, network, port
$CLI create --name ${P}a -v ${P}v:/data -v "$PWD":/here $IMAGE true >/dev/null
$CLI create --name ${P}b --network none $IMAGE true >/dev/null
$CLI run -d --name ${P}c -p 127.0.0.1:8$(($$ % 900 + 100)):80 -p 127.0.0.1::81/udp --expose 90-92 $IMAGE sleep 100 >/dev/null
for f in volume=${P}v volume=/data volume=/dat network=none network=bridge network=brid publish=80 publish=8000-9000 publish=8000-9000/tcp publish=81 expose=80 expose=80/udp expose=81/udp expose=90-91 is-task=false is-task=true; do
    echo "$f"; $CLI ps -a --filter name=${P} --filter $f --format '{{.Names}}' | sort
done
$CLI rm -f ${P}a ${P}b ${P}c >/dev/null; show volume rm ${P}v

### containers by filters that are none
show ps --filter is-task=x
show ps --filter exited=x
show ps --filter since=${P}nothere
show ps --filter before=${P}nothere
show ps --filter publish=x
show ps --filter expose=x/tcp
show ps --filter nonsense
show ps --filter health=x

### where containers have their files
show create --name ${P}a -v ${P}a-volume-with-a-long-name:/data $IMAGE true
show ps -a --filter name=${P}a --format '{{.Mounts}} {{.LocalVolumes}} {{.Networks}}'
show ps -a --no-trunc --filter name=${P}a --format '{{.Mounts}}'
show ps -a --filter name=${P}a --format 'table {{.Names}}\t{{.Mounts}}\t{{.LocalVolumes}}'
show rm ${P}a
show volume rm ${P}a-volume-with-a-long-name

### what a container that never ran takes up
show create --name ${P}a $IMAGE true
show ps -as --filter name=${P}a --format 'table {{.Names}}\t{{.Size}}'
$CLI ps -as --filter name=${P}a | head -1
show inspect -s -f '{{.SizeRw}}' ${P}a
show inspect -f '{{json .SizeRw}}' ${P}a

### what a container that wrote nothing takes up
$CLI run --name ${P}a $IMAGE true
$CLI run --name ${P}b -v ${P}v:/made --tmpfs /scratch -e A=1 --add-host a:1.2.3.4 $IMAGE touch /made/file /scratch/file
$CLI run -d --name ${P}c --read-only $IMAGE sleep 100 >/dev/null
$CLI create --name ${P}d -m 64m $IMAGE true >/dev/null
$CLI ps -as --filter name=${P} --format '{{.Names}} {{.Size}}'
show inspect -s -f '{{.SizeRw}}' ${P}a
$CLI system df -v --format "{{range .Containers}}{{if eq .Names \"${P}a\"}}{{.Size}}{{end}}{{end}}" | grep -o 0B
show rm -f ${P}a ${P}b ${P}c ${P}d
show volume rm ${P}v

### what a container that wrote takes up
$CLI run --name ${P}a $IMAGE dd if=/dev/urandom of=/file bs=1000000 count=5 2>/dev/null
$CLI ps -as --filter name=${P}a --format '{{.Size}}' | sed -E 's/^[56][.0-9]*MB \(virtual [678][.0-9]*MB\)/about 5 MB on 2/'
[ $($CLI inspect -s -f '{{.SizeRw}}' ${P}a) -ge 5000000 ] && echo enough

### what takes up how much
show create --name ${P}a -v ${P}v:/v $IMAGE true
$CLI system df -v | grep -v "^$" | sed -n '/space usage/{p;n;p;}; /^Build/{p;n;p;}'
echo "$($CLI system df -v --format '{{range .Images}}{{if eq .Repository "hypr/busybox"}}{{.Tag}} {{.SharedSize}}{{end}}{{end}}')"
echo "$($CLI system df -v --format "{{range .Containers}}{{if eq .Names \"${P}a\"}}{{.Size}} {{.LocalVolumes}} {{.Status}}{{end}}{{end}}")"
echo "$($CLI system df -v --format "{{range .Volumes}}{{if eq .Name \"${P}v\"}}{{.Links}} {{.Size}} {{.Driver}}{{end}}{{end}}")"
show rm -v ${P}a
show volume rm ${P}v

### health that nobody asked for
show create --name ${P}a $IMAGE true
show inspect -f '{{json .State.Health}}' ${P}a
show inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}' ${P}a
show inspect -f '{{.State.Health.Status}}' ${P}a

### logs with details
show run --name ${P}a -l one=1 -l 'two=a b' -l three=3 -e E=x -e F=y --log-opt labels=one,two,nothere --log-opt env=E $IMAGE sh -c 'echo out; echo err >&2'
show logs --details ${P}a
show logs --details -t ${P}a
show run --name ${P}b $IMAGE echo out
show logs --details ${P}b
show run --name ${P}c -l one=1 -l only=2 -l two=3 --log-opt labels-regex='^o' --log-opt tag='{{.Name}}' $IMAGE echo out
$CLI logs --details ${P}c | sed "s/tag=.*c out/tag=NAME out/"

### some lines of a log
show run --name ${P}a $IMAGE sh -c 'for i in 1 2 3 4 5; do echo $i; done'
for n in 2 0 -1 all 10; do show logs -n $n ${P}a; done
show logs --tail=1 ${P}a
show logs --since 1h --until 2000-01-01T00:00:00Z ${P}a
show logs --since 2000-01-01T00:00:00.123Z -n 1 ${P}a
show logs --since 946684800 -n 1 ${P}a
show logs --since nonsense ${P}a
show logs --until 2000-13-01 ${P}a
show logs ${P}nothere

### signals that are none, and whom they cannot reach
show run -d --name ${P}a $IMAGE sleep 100
show kill -s nonsense ${P}a
show kill -s 0 ${P}a
show kill -s 99 ${P}a
show kill -s '' ${P}a
show kill ${P}nothere
show kill -s KILL ${P}a
show kill ${P}a

### names that are none
show create --name ${P}a $IMAGE true
show create --name ${P}b $IMAGE true
show rename ${P}a ''
show rename '' ${P}x
show rename ${P}a 'x y'
show rename ${P}a ${P}a
show rename ${P}a ${P}b
show rename ${P}nothere ${P}x
show rename ${P}a /${P}c
show rename /${P}c ${P}a
show create --name /${P}d $IMAGE true
show ps -a --filter name=${P} --format '{{.Names}}'
show rm /${P}a /${P}b ${P}d

### ports that are not published
show run -d --name ${P}a $IMAGE sleep 100
show port ${P}a
show port ${P}a 80
show port ${P}a 80/udp
show port ${P}a x
show port ${P}a x/tcp

### exec as who is not there
# client 28
show run -d --name ${P}a $IMAGE sleep 100
for u in nosuch root:nosuch; do $CLI exec -u $u ${P}a true >out 2>&1; echo "= $?"; sed 's/^Error response from daemon: //; s/\r//' out; done
show exec -u 4242 ${P}a id -u

### what is done to several, some of which are not there
show create --name ${P}a $IMAGE true
show start ${P}nothere ${P}a
show wait ${P}a ${P}nothere
show stop ${P}nothere ${P}a
show restart ${P}nothere
show pause ${P}nothere ${P}a
show rm ${P}nothere ${P}a
show rm -f ${P}nothere

### fewer processes for a container that runs
show run -d --name ${P}a $IMAGE sleep 100
show update --pids-limit 4 ${P}a
show inspect -f '{{.HostConfig.PidsLimit}}' ${P}a
show exec ${P}a sh -c 'for i in 1 2 3 4 5 6; do sleep 10 & done; echo all'
show update --pids-limit -1 ${P}a
show exec ${P}a sh -c 'for i in 1 2 3 4 5 6; do sleep 1 & done; echo all'

### other limits for a container that runs
show run -d --name ${P}a $IMAGE sleep 100
show update --cpus 0.5 ${P}a
show update --cpu-shares 512 --cpuset-cpus 0 --memory-reservation 32m ${P}a
show inspect -f '{{with .HostConfig}}{{.NanoCpus}} {{.CpuShares}} {{.CpusetCpus}} {{.MemoryReservation}}{{end}}' ${P}a
show exec ${P}a echo still here
show update --cpus 0.75 --cpuset-cpus '' --cpu-shares 0 --memory-reservation 0 ${P}a
show inspect -f '{{with .HostConfig}}{{.NanoCpus}} {{.CpuShares}} {{.CpusetCpus}} {{.MemoryReservation}}{{end}}' ${P}a
show update --cpuset-cpus 5000 ${P}a
show update --cpu-quota 50000 ${P}a
show inspect -f '{{with .HostConfig}}{{.NanoCpus}} {{.CpuQuota}} {{.CpusetCpus}}{{end}}' ${P}a
show exec ${P}a echo still here

### formats of lists
$CLI create --name ${P}a -l k=v $IMAGE true >/dev/null
$CLI tag $IMAGE ${P}i:one; $CLI volume create --label a=b ${P}v >/dev/null; $CLI network create --label a=b ${P}n >/dev/null
for f in '' table raw '{{.Names}} {{.State}}' '{{.Label "k"}}' '{{.Nonsense}}' '{{.Names' 'table {{.Names}}\t{{.Label "k"}}' '{{upper .State}}' '{{title .State}}' '{{pad .State 2 3}}|' '{{truncate .State 3}}' '{{range split .Networks ","}}[{{.}}]{{end}}'; do
    echo "$f"; quietly ps -a --filter name=${P}a --format "$f" | sed -E 's/[0-9]{4}-[0-9-]{5} [0-9:]{8} \+0000 UTC/DATE/; s/k=v.*/LABELS/'
done
for f in '' raw '{{.Repository}}:{{.Tag}} {{.SharedSize}} {{.UniqueSize}} {{.Containers}}' '{{.Nonsense}}' '{{.Nonsense'; do
    echo "$f"; quietly images --format "$f" ${P}i | sed -E 's/created_at: .*/created_at: DATE/; s/[0-9]+ (days|weeks|months) ago/AGO ago/'
done
for f in '' raw '{{.Driver}} {{.Name}} {{.Scope}} {{.Labels}} {{.Label "a"}} {{.Links}} {{.Size}} {{.Availability}} {{.Group}} {{.Status}}' '{{.Nonsense}}' '{{.Nonsense'; do
    echo "$f"; quietly volume ls --filter name=${P}v --format "$f"
done
for f in '' raw '{{.Name}} {{.Driver}} {{.Scope}} {{.Internal}} {{.IPv6}} {{.Labels}} {{.Label "a"}}' '{{.Nonsense}}' '{{.Nonsense'; do
    echo "$f"; quietly network ls --filter name=${P}n --format "$f"
done
show ps -aq --filter name=${P}a --format x
show inspect -f '{{' ${P}a
show inspect -f '{{json .State.Paused}} {{.State.Nonsense}}' ${P}a
$CLI inspect -f '{{json .State}}' ${P}a | grep -c Health
show rm ${P}a; show rmi ${P}i:one; show volume rm ${P}v; show network rm ${P}n

### networks by filters
$CLI network create --label a=1 ${P}n >/dev/null; $CLI network create --label a=1 --label b=2 ${P}m >/dev/null
for f in type=custom scope=local scope=swarm driver=bridge driver=nonsense label=a label=b=2 label=b=3 dangling=true dangling=false; do
    echo "$f"; $CLI network ls --filter name=${P} --filter $f --format '{{.Name}}' | sort
done
$CLI network ls --filter name=${P}n --filter name=${P}m --format '{{.Name}}' | sort
$CLI network ls --filter label=a --filter label=b=2 --format '{{.Name}}' | grep ${P}
show network ls --filter type=nonsense
show network ls --filter dangling=nonsense
show network ls --filter nonsense=x
show network rm ${P}n ${P}nothere ${P}m
show network rm -f ${P}nothere

### names and filters of images that are none
show tag $IMAGE ${P}x:
show tag nothere:::x y
show tag $IMAGE ''
show rmi -f ${P}nothere
show images --filter dangling=x
show images --filter dangling=true --filter nonsense=1
show images --filter since=${P}nothere
show volume ls --filter dangling=x
show ps --filter status=nonsense

### networks that cannot be
show network create -d nosuch ${P}n
show network create --subnet 300.1.1.0/24 ${P}n
show network create --subnet 10.207.0.0/24 --gateway 10.208.0.1 ${P}n
show network create --gateway 10.208.0.1 ${P}n
$CLI network ls -q --filter name=${P}n

### stats of what does not run
show create --name ${P}a $IMAGE true
show stats --no-stream --format '{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.NetIO}} {{.BlockIO}} {{.PIDs}}' ${P}a
show run --name ${P}b $IMAGE true
show stats -a --no-stream --format '{{.Name}} {{.PIDs}}' ${P}a ${P}b

### containers by an image under its other names
show tag $IMAGE ${P}t:one
show create --name ${P}a $IMAGE true
show create --name ${P}b ${P}t:one true
for i in $IMAGE ${P}t:one ${P}t $($CLI images -q $IMAGE) nothere; do $CLI ps -aq --filter name=${P} --filter ancestor=$i --format x | grep -c .; done
show ps -a --filter isolation=default --filter name=${P}a --format '{{.Names}}'
show rm ${P}a ${P}b
show rmi ${P}t:one

### what is refused in other states
show create --name ${P}a --rm $IMAGE true
show update --restart always ${P}a
show unpause ${P}a
show pause ${P}a
show rm ${P}a
$CLI run --name '' --rm $IMAGE echo no name

### exec in the background that cannot be
show run -d --name ${P}a $IMAGE sleep 100
show exec -d ${P}a nosuchprogram >out; tail -1 out
show exec -dit ${P}a true </dev/null
show exec -d -u nosuch ${P}a true >out; tail -1 out
