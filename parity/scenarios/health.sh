# Health checks.

### health of what becomes healthy
show run -d --name ${P}a --health-cmd 'test -e /ok && echo fine' --health-interval 500ms --health-retries 2 $IMAGE sleep 100
has_health() { [ "$($CLI inspect -f '{{.State.Health.Status}}' ${P}a)" = $1 ]; }
show ps --filter name=${P}a --filter health=starting --format '{{.Names}}'
until_true has_health unhealthy
$CLI ps --filter name=${P}a --format '{{.Status}}' | sed 's/Up .*(/Up (/'
$CLI inspect -f '{{range .State.Health.Log}}{{.ExitCode}} {{printf "%q" .Output}}|{{end}}' ${P}a | cut -d '|' -f 1
show exec ${P}a touch /ok
until_true has_health healthy
$CLI ps --filter name=${P}a --format '{{.Status}}' | sed 's/Up .*(/Up (/'
show ps --filter name=${P}a --filter health=healthy --format '{{.Names}}'
show inspect -f '{{.State.Health.FailingStreak}} {{json .Config.Healthcheck}}' ${P}a
show kill ${P}a
until_is exited ${P}a
show inspect -f '{{.State.Health.Status}}' ${P}a

### health that takes too long
show run -d --name ${P}a --health-cmd 'sleep 60' --health-interval 500ms --health-timeout 1s --health-retries 1 $IMAGE sleep 100
has_health() { [ "$($CLI inspect -f '{{.State.Health.Status}}' ${P}a)" = $1 ]; }
until_true has_health unhealthy
show inspect -f '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}' ${P}a

### no health
show create --name ${P}a --no-healthcheck $IMAGE true
show inspect -f '{{json .Config.Healthcheck}}' ${P}a
show create --name ${P}b --health-interval 3s $IMAGE true
show inspect -f '{{json .Config.Healthcheck}}' ${P}b
show create --name ${P}c $IMAGE true
$CLI inspect ${P}c | grep -i health

### health that cannot be
show run --health-cmd x --no-healthcheck $IMAGE true
show run --health-interval 1us $IMAGE true
show run --health-interval x $IMAGE true
show run --health-timeout 5 $IMAGE true
show run --health-interval=-5s $IMAGE true
show run --health-retries=-1 $IMAGE true
show run --health-retries=x $IMAGE true
show ps --filter health=nonsense
