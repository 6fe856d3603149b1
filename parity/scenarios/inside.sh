# What is inside containers: cp, diff, top, stats.

### cp into a container and out of it
show run -d --name ${P}a $IMAGE sleep 100
mkdir -p tree/sub; echo data >tree/sub/file; ln -s sub/file tree/link; chmod 750 tree/sub
show cp tree ${P}a:/root
show exec ${P}a sh -c 'cd /root; find tree | sort; stat -c "%A %u %n" tree/sub; readlink tree/link; cat tree/link'
show cp ${P}a:/root/tree back
find back | sort; stat -c %a back/sub
show cp ${P}a:/root/tree/. contents
find contents | sort
show cp ${P}a:/root/tree/link .
readlink link
show cp -L ${P}a:/root/tree/link followed
cat followed

### cp of archives
show run -d --name ${P}a $IMAGE sleep 100
show exec ${P}a sh -c 'mkdir -p /root/d/e; echo x >/root/d/e/f; chmod 600 /root/d/e/f'
$CLI cp ${P}a:/root/d - | tar tv --numeric-owner | sed 's/ [-0-9]* [0-9:]* / /' | sort
$CLI cp ${P}a:/root/d/. - | tar t | sort
mkdir x; echo y >x/y; tar c x | $CLI cp - ${P}a:/tmp; echo = $?
show exec ${P}a cat /tmp/x/y
tar c x | quietly cp - ${P}a:/tmp/x/y
tar c x | quietly cp - ${P}a:/nosuch

### cp with owners
show run -d --name ${P}a $IMAGE sleep 100
echo x >f; chown 12:34 f
show cp f ${P}a:/f
show cp -a f ${P}a:/g
show exec ${P}a stat -c '%u:%g %n' /f /g
show cp ${P}a:/f back
stat -c %u:%g back

### cp to names that are not there
show run -d --name ${P}a $IMAGE sleep 100
echo x >f; mkdir d; echo y >d/g
show cp f ${P}a:/new
show cp d ${P}a:/dir
show cp f ${P}a:/dir
show cp f ${P}a:/nothere/
show cp f ${P}a:/no/such
show exec ${P}a sh -c 'cat /new; find /dir | sort'
show cp ${P}a:/dir/g other
show cp ${P}a:/dir f
show cp ${P}a:/dir/g nothere/

### cp of what is not there
show run -d --name ${P}a $IMAGE sleep 100
show cp ${P}a:/nosuch .

### cp between what cannot be
echo x >f
show cp ${P}a:/a ${P}b:/b
show cp a b
show cp f

### cp of a container that does not run
show create --name ${P}a $IMAGE cat /root/f
echo x >f
show cp f ${P}a:/root
show cp ${P}a:/root/f back
cat back
show diff ${P}a
show start -a ${P}a

### cp into a read-only container
show run -d --read-only --name ${P}a $IMAGE sleep 100
echo x >f
show cp f ${P}a:/root

### diff
show run -d --name ${P}a $IMAGE sh -c 'echo x >/tmp/f; mkdir /tmp/d; touch /tmp/d/x; rm /bin/vi; chmod 711 /root; touch /done; exec sleep 100'
until_true $CLI exec ${P}a ls /done
$CLI diff ${P}a | sort -k 2

### diff of what has not changed
show run -d --name ${P}a $IMAGE sleep 100
show diff ${P}a
show diff ${P}nothere

### top
show run -d --name ${P}a $IMAGE sh -c 'sleep 1000 & exec sleep 2000'
until_true sh -c "[ \$($CLI top ${P}a -o pid,comm | grep -c sleep) = 2 ]"   # sh has become one, and started the other
$CLI top ${P}a | head -n 1
$CLI top ${P}a aux | head -n 1
$CLI top ${P}a -o pid,comm | sed 's/^[0-9]* */PID /' | sort
show top ${P}a -o comm
show top ${P}nothere

### top of what does not run
show create --name ${P}a $IMAGE true
quietly top ${P}a | sed 's/[0-9a-f]\{64\}/ID/'

### stats once
show run -d --name ${P}a $IMAGE sleep 100
show stats --no-stream --format '{{.Name}} {{.PIDs}}' ${P}a
$CLI stats --no-stream ${P}a | head -n 1 | tr -s ' '
show stats --no-stream ${P}nothere
