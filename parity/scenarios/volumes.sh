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

### a file of the host
echo one >f
show run -d --name ${P}a -v "$PWD/f":/etc/app.conf -v "$PWD/f":/bin/ro:ro $IMAGE sleep 100
echo two >f
show exec ${P}a cat /etc/app.conf /bin/ro
show exec ${P}a sh -c 'echo three >/etc/app.conf'
cat f
show exec ${P}a sh -c 'echo no >/bin/ro'
show exec ${P}a rm /etc/app.conf
# Docker's client keeps what it is given in a map, and sends it in any order.
show inspect -f '{{range .HostConfig.Binds}}{{json .}}{{println}}{{end}}{{range .Mounts}}{{if .RW}}{{else}}{{.Type}} {{.Source}} {{.Destination}} {{.Mode}} {{.RW}}{{end}}{{end}}' ${P}a | sort

### a file of the host by --mount, by a link, in a directory that the image has not
echo one >f; ln -s f l
show run --rm --mount type=bind,src="$PWD/l",dst=/new/dir/conf,readonly $IMAGE sh -c 'cat /new/dir/conf; ls -l /new/dir | cut -c1-10; echo no >/new/dir/conf'

### a file that another takes the place of
echo one >f
show run -d --name ${P}a -v "$PWD/f":/f $IMAGE sleep 100
echo two >g; mv g f
show exec ${P}a cat /f
show restart -t 0 ${P}a
show exec ${P}a cat /f

### a file over a directory, a directory over a file
echo one >f; mkdir d
for v in f:/tmp d:/etc/passwd; do $CLI run --rm -v "$PWD/$v" $IMAGE true 2>err; echo "= $?"; grep -o 'not a directory: .*' err; done
show ps -aq --filter name=${P}

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

### mounts with options that do not fit
mkdir d
for m in '' x type=bind,source=/tmp,target=/d,volume-nocopy target=/d,tmpfs-size=1m type=tmpfs,target=/d,tmpfs-mode=999 type=tmpfs,target=/d,tmpfs-size=x \
    type=bind,source=/tmp,target=/d,readonly=x type=bind,source=/tmp,target=/d,bind-propagation=nonsense type=volume,source=a/b,target=/d type=npipe,target=/d target=relative; do
    show create --name ${P}x --mount "$m" $IMAGE true
done
show create --name ${P}x -v /tmp:/d:rw,ro $IMAGE true
show create --name ${P}x -v /tmp:/d:nocopy $IMAGE true
show create --name ${P}x -v /tmp:/d:nonsense $IMAGE true
show create --name ${P}x -v ${P}v:/d --tmpfs /d $IMAGE true
show create --name ${P}x --tmpfs / $IMAGE true
show create --name ${P}x --tmpfs '' $IMAGE true
show create --name ${P}x --volumes-from '' $IMAGE true
show volume ls -q --filter name=${P}

### mounts that are said twice or otherwise
mkdir d; echo x >d/f
show run --rm --mount TYPE=bind,SRC=$PWD/d,Destination=/d,bind-propagation=rprivate,consistency=cached $IMAGE cat /d/f
show run --rm -v /d -v $PWD/d:/d $IMAGE cat /d/f
show run --rm -v $PWD/d:/d -v $PWD/d:/d:ro $IMAGE cat /d/f
show run --rm -v ${P}v:/d -v ${P}v:/d $IMAGE ls /d
show run --rm --mount type=volume,source=${P}v,target=/d,volume-driver=local $IMAGE ls /d
show run --rm -v $PWD/d:/d:rw,z $IMAGE touch /d/g
show run --rm -v $PWD/d:/d:ro,cached $IMAGE touch /d/g
show run --rm -v ./d:/d $IMAGE ls /d
show volume rm ${P}v

### the name of a volume as an option
show volume create --name ${P}v
show volume create --name ${P}v ${P}w
show volume create --name x
show volume rm ${P}v

### options of volumes that are refused
show volume create -o foo=bar ${P}v
show volume create -o type=tmpfs ${P}v
show volume create -o device=/srv ${P}v
show volume create -o o=bind ${P}v
show volume create -o type=none -o o=bind ${P}v
show volume create -o size=x ${P}v
show volume create -o size=10m ${P}v
show volume create -o novalue ${P}v
show volume create -o type=tmpfs -o device=tmpfs -o foo=bar ${P}v
show run --rm --mount type=volume,source=${P}v,target=/d,volume-opt=foo=bar $IMAGE true
show run --rm --mount type=volume,source=${P}v,target=/d,volume-opt=type=tmpfs $IMAGE true
show volume ls -q --filter name=${P}
show volume create -o size=0 ${P}v
show volume inspect -f '{{json .Options}} {{.Driver}}' ${P}v
show volume rm ${P}v

### a volume that is a directory of the host
mkdir d; chmod 751 d; echo x >d/f
show volume create -o type=none -o o=bind -o device=$PWD/d ${P}v
show volume create -o type=none -o o=bind -o device=/srv ${P}v
show volume create ${P}v
show volume inspect -f '{{json .Options}} {{.Name}}' ${P}v
show run --rm -v ${P}v:/d $IMAGE sh -c 'ls /d; stat -c %a /d; echo y >/d/g'
cat d/g
show run --rm -v ${P}v:/d:ro $IMAGE touch /d/h
show volume create -o type=none -o o=bind,ro -o device=$PWD/d ${P}r
show run --rm -v ${P}r:/d $IMAGE touch /d/h
show run --rm -v ${P}r:/d $IMAGE ls /d
quietly create --name ${P}a -v ${P}v:/d $IMAGE sh -c 'echo again >/d/h'
show inspect -f '{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.Driver}} {{.RW}}{{end}}' ${P}a
show start -a ${P}a
show volume rm ${P}v
show rm ${P}a
show volume rm ${P}v ${P}r
ls d

### an empty directory of the host as a volume
mkdir d
quietly volume create -o type=none -o o=bind -o device=$PWD/d ${P}v
show run --rm -v ${P}v:/etc $IMAGE ls /etc/passwd
ls d/passwd; stat -c %a d
show volume rm ${P}v
ls d/passwd

### a volume in memory
show volume create -o type=tmpfs -o device=tmpfs -o o=size=10m,uid=1000,mode=700 ${P}v
show volume inspect -f '{{json .Options}}' ${P}v
show run --rm -v ${P}v:/d $IMAGE sh -c 'stat -c "%a %u %g" /d; df -m /d | awk "NR == 2 { print \$2 }"; head -c 11000000 /dev/zero >/d/f; echo $?'
quietly run -d --name ${P}a -v ${P}v:/d $IMAGE sh -c 'echo shared >/d/f; echo ready; sleep 600'
until_logged ready ${P}a
show run --rm -v ${P}v:/e $IMAGE cat /e/f
show restart -t 0 ${P}a
until_true $CLI exec ${P}a cat /d/f
show exec ${P}a ls /d
show rm -f ${P}a
show run --rm -v ${P}v:/d $IMAGE ls /d
show run --rm -v ${P}v:/etc $IMAGE cat /etc/group
show volume rm ${P}v
show run --name ${P}b --mount type=volume,target=/d,volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-opt=o=size=1m $IMAGE sh -c 'df -k /d | awk "NR == 2 { print \$2 }"'
show inspect -f '{{json .HostConfig.Mounts}}' ${P}b
show rm -v ${P}b

### volumes that cannot be mounted
mkdir d; echo x >f
n=0
for options in "type=none o=bind device=$PWD/none" "type=none o=bind device=$PWD/f" "type=none device=$PWD/d" "type=tmpfs device=t o=nonsense" "type=nonsense device=t" \
    'type=tmpfs device=' 'type= device='; do
    n=$((n + 1))
    set --; for option in $options; do set -- "$@" -o "$option"; done
    show volume create "$@" ${P}v$n
    quietly run --rm -v ${P}v$n:/d $IMAGE ls /d 2>&1 | sed "s#'/[^']*/volumes/#'VOLUMES/#g; s#:/[^:]*/volumes/#:VOLUMES/#g"
    show volume rm ${P}v$n
done
