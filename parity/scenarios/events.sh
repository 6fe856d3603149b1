# What the events of a container say, and how they are chosen.

### the life of a container
since=$(date +%s)
$CLI run --name ${P}a $IMAGE sh -c 'exit 3' >/dev/null
$CLI rm ${P}a >/dev/null
quietly events --since $since --until $(($(date +%s) + 1)) --filter container=${P}a --filter type=container --format '{{.Type}} {{.Action}}'

### events of one kind
since=$(date +%s)
$CLI run -d --name ${P}a $IMAGE sleep 100 >/dev/null
$CLI kill ${P}a >/dev/null
$CLI wait ${P}a >/dev/null
quietly events --since $since --until $(($(date +%s) + 1)) --filter container=${P}a --filter event=die --filter event=kill --format '{{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.image}} {{index .Actor.Attributes "signal"}} {{index .Actor.Attributes "exitCode"}}'

### events of what is renamed and paused
since=$(date +%s)
$CLI run -d --name ${P}a $IMAGE sleep 100 >/dev/null
$CLI pause ${P}a >/dev/null
$CLI unpause ${P}a >/dev/null
$CLI rename ${P}a ${P}b
$CLI rm -f ${P}b >/dev/null
quietly events --since $since --until $(($(date +%s) + 1)) --filter container=${P}b --filter event=pause --filter event=unpause --filter event=rename --filter event=destroy --format '{{.Action}} {{.Actor.Attributes.name}}'

### events by label
since=$(date +%s)
$CLI run --rm --name ${P}a -l ${P}x=1 $IMAGE true
$CLI run --rm --name ${P}b $IMAGE true
quietly events --since $since --until $(($(date +%s) + 1)) --filter label=${P}x=1 --filter event=start --format '{{.Actor.Attributes.name}}'

### events by a filter that is none
show events --since 1 --until 2 --filter nonsense=1

### events by a time that is none
show events --since nonsense --until 2

### events by a format that is none
show events --since 1 --until 2 --format '{{.Nonsense'

### what happens around a container
since=$(date +%s)
$CLI network create ${P}n >/dev/null
$CLI run --name ${P}a --rm --network ${P}n -v ${P}v:/v $IMAGE true
$CLI network rm ${P}n >/dev/null
$CLI volume rm ${P}v >/dev/null
until=$(($(date +%s) + 1))
quietly events --since $since --until $until --filter network=${P}n --format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.type}} {{.Actor.Attributes.nonsense}} {{.Scope}}'
quietly events --since $since --until $until --filter volume=${P}v --filter event=mount --filter event=unmount --filter event=destroy --format '{{.Action}} {{.Actor.ID}} {{range $k, $v := .Actor.Attributes}}{{$k}}={{$v}} {{end}}'
quietly events --since $since --until $until --filter event=connect --filter event=start --filter event=die --filter event=disconnect --filter event=mount --format '{{.Type}} {{.Action}}'

### events of commands in a container
since=$(date +%s)
$CLI run -d --name ${P}a $IMAGE sleep 100 >/dev/null
$CLI exec ${P}a true
$CLI exec ${P}a sh -c 'exit 4'
until_true sh -c "[ \$($CLI events --since $since --until \$(date +%s) --filter container=${P}a --filter event=exec_die | grep -c exitCode) = 2 ]"
$CLI rm -f ${P}a >/dev/null
quietly events --since $since --until $(($(date +%s) + 1)) --filter container=${P}a --filter event=exec_create --filter event=exec_start --filter event=exec_die --filter event=kill --format '[{{.Action}}] {{.Actor.Attributes.exitCode}} {{.Actor.Attributes.signal}}'

### what an event has
since=$(date +%s)
$CLI run --rm --name ${P}e -l l=1 $IMAGE true
$CLI tag $IMAGE ${P}t
$CLI rmi ${P}t >/dev/null
until=$(($(date +%s) + 1))
for f in '{{.Status}} {{.ID}} {{.From}} {{.Type}} {{.Action}} {{.Scope}}' json '{{json .}}' ''; do
    $CLI events --since $since --until $until --filter container=${P}e --filter event=die --format "$f" | sed -E 's/"(time|timeNano)":[0-9]+/"\1":T/g; s/^[^ {]*T[^ ]*Z?/TIME/'
done
quietly events --since $since --until $until --filter image=${P}t:latest --filter type=image --format '{{.Type}} {{.Action}} {{.From}}'
show events --since 2 --until 1
show events --since 1 --until 2 --format '{{.Nonsense}}'
show events --since 1 --until 2 --filter scope=swarm
