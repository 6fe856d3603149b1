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
