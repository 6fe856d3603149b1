# Prune commands and system df. Filters hold them to what is of this run.

### container prune
show create --name ${P}a --label ${P}=x $IMAGE true
show run -d --name ${P}b --label ${P}=x $IMAGE sleep 100
$CLI container prune -f --filter label=${P} | sed 's/[0-9a-f]\{64\}/ID/'
show ps -a --filter label=${P} --format '{{.Names}}'
show container prune -f --filter label=${P}nothere

### prune with filters that are none
show container prune -f --filter nonsense=x
show container prune -f --filter until=x
show network prune -f --filter nonsense=x
show image prune -f --filter nonsense=x
show system prune -f --volumes --filter until=1h
show container prune -f --filter x

### prune asks first
for what in container network image; do echo n | quietly $what prune; done

### network prune
show network create --label ${P}=x ${P}n
show network prune -f --filter label=${P}=x
show network inspect ${P}n
show network prune -f --filter label=${P}=x

### system df
$CLI system df --format '{{.Type}}'
$CLI system df | head -n 1
