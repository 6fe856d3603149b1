# Volumes, directories of the host, and what is mounted.

### a volume that is made, shown and removed
show volume create ${P}v
show volume ls --filter name=${P}v --format '{{.Name}} {{.Driver}}'
show volume ls -q --filter name=${P}v
show volume inspect -f '{{.Name}} {{.Driver}} {{.Scope}} {{json .Options}}' ${P}v
show volume create ${P}v
show volume rm ${P}v
show volume rm ${P}v
show volume rm -f ${P}v

### a volume with labels
show volume create --label a=1 --label b ${P}v
show volume inspect -f '{{json .Labels}}' ${P}v
show volume ls --filter label=a=1 --filter name=${P} --format '{{.Name}} {{.Label "a"}}'
show volume rm ${P}v

### a volume whose name is none
show volume create 'not/a/name'
show volume create ''

### volumes by a filter that is none
show volume ls --filter nonsense=1

### a volume keeps what containers write
show run --rm -v ${P}v:/data $IMAGE sh -c 'echo kept >/data/file'
show run --rm -v ${P}v:/data $IMAGE cat /data/file
show volume rm ${P}v

### a volume that is in use
show run -d --name ${P}a -v ${P}v:/data $IMAGE sleep 100
show volume rm ${P}v
show inspect -f '{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}}{{end}}' ${P}a
show rm -f ${P}a
show volume rm ${P}v

### a volume that may only be read
show run --rm -v ${P}v:/data:ro $IMAGE touch /data/file
show volume rm ${P}v

### a volume without a name goes with its container
show run --name ${P}a -v /data $IMAGE touch /data/file
v=$($CLI inspect -f '{{range .Mounts}}{{.Name}}{{end}}' ${P}a)
quietly volume inspect -f '{{.Driver}}' $v
show rm -v ${P}a
$CLI volume inspect $v >/dev/null 2>&1 || echo gone

### a directory of the host
mkdir d; echo host >d/file
show run --rm -v "$PWD/d":/data $IMAGE sh -c 'cat /data/file; echo guest >/data/other'
cat d/other
show run --rm -v "$PWD/d":/data:ro $IMAGE touch /data/x
show run --rm --mount type=bind,source="$PWD/d",target=/data,readonly $IMAGE sh -c 'ls /data; touch /data/x'

### a directory of the host that is missing is made
show run --rm -v "$PWD/made":/data $IMAGE touch /data/file
ls made

### volumes of another container
show run --name ${P}a -v ${P}v:/data $IMAGE sh -c 'echo shared >/data/file'
show run --rm --volumes-from ${P}a $IMAGE cat /data/file
show run --rm --volumes-from ${P}a:ro $IMAGE touch /data/other
show rm ${P}a
show volume rm ${P}v

### a tmpfs by --mount
show run --rm --mount type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1700 $IMAGE sh -c 'df -k /t | tail -1 | tr -s " " | cut -d" " -f1,2,6; stat -c %a /t'

### the owner of what is written
mkdir d; chmod 777 d
show run --rm -u 1234:4321 -v "$PWD/d":/data $IMAGE sh -c 'touch /data/file; stat -c "%u %g" /data/file'
stat -c '%u %g' d/file
