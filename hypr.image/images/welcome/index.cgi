#!/bin/sh
# The welcome page: HTML for browsers, text for everybody else.
clean() { printf %s "$1" | tr -cd 'A-Za-z0-9 ._:/+@(),-'; }

kernel=$(clean "$(uname -sr) ($(uname -m))")
read -r up rest </proc/uptime
seconds=${up%.*}
lasted="$((seconds / 3600)) h $((seconds / 60 % 60)) min $((seconds % 60)) s"
[ "$seconds" -ge 3600 ] || lasted=${lasted#0 h }
[ "$seconds" -ge 60 ] || lasted=${lasted#0 min }
memory=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
processors=$(grep -c ^processor /proc/cpuinfo)
[ "$processors" -gt 0 ] || processors=1
backend=$HYPR_BACKEND
[ -n "$backend" ] || backend=$(cat /sys/hypervisor/type /sys/class/dmi/id/sys_vendor 2>/dev/null | head -n 1)
backend=$(clean "${backend:-unknown}")
name=$(clean "$(hostname)")
booted=$(clean "${HYPR_BOOTED:-unknown}")
machine="$processors processor$([ "$processors" = 1 ] || echo s), $memory MiB of memory"

case $HTTP_ACCEPT in
*text/html*) ;;
*)
  printf 'Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
  cat <<EOF

  Welcome to HYPR. This answer comes from inside a microVM.

    Kernel      $kernel
    Boot        $booted s until this server started
    Backend     $backend
    Machine     $machine
    Container   $name
    Up          $lasted

  Look around:  hypr exec -it ${name:-NAME} sh

EOF
  exit;;
esac

printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
cat <<EOF
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Welcome to HYPR</title>
<style>
  :root { color-scheme: light dark; --ink: #14213d; --soft: #5b6784; --line: #dfe4ee; --paper: #f6f8fc; --card: #fff; --mark: #e4572e }
  @media (prefers-color-scheme: dark) { :root { --ink: #e8ecf6; --soft: #97a3bf; --line: #2a3550; --paper: #0d1322; --card: #141c30; --mark: #ff7a52 } }
  * { box-sizing: border-box }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
  main { width: min(42rem, 100% - 2rem); padding: 2.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 16px }
  h1 { margin: 0; font-size: 2rem; letter-spacing: -.02em }
  h1 span { color: var(--mark) }
  p { margin: .25rem 0 0; color: var(--soft) }
  .boot { margin: 2rem 0; font-size: 3.5rem; line-height: 1; font-weight: 700; letter-spacing: -.03em; font-variant-numeric: tabular-nums }
  .boot small { display: block; margin-top: .5rem; font-size: 1rem; font-weight: 400; letter-spacing: 0; color: var(--soft) }
  dl { margin: 0; display: grid; grid-template-columns: max-content 1fr }
  dt, dd { margin: 0; padding: .55rem 0; border-top: 1px solid var(--line) }
  dt { padding-right: 2rem; color: var(--soft) }
  dd { overflow-wrap: anywhere }
  code { font: .9em ui-monospace, monospace }
</style>
<main>
  <h1>Welcome to <span>HYPR</span></h1>
  <p>This page comes from inside a microVM.</p>
  <div class="boot">$booted s<small>from the start of the kernel to this server</small></div>
  <dl>
    <dt>Kernel</dt><dd>$kernel</dd>
    <dt>Backend</dt><dd>$backend</dd>
    <dt>Machine</dt><dd>$machine</dd>
    <dt>Container</dt><dd>$name</dd>
    <dt>Up</dt><dd>$lasted</dd>
    <dt>Look around</dt><dd><code>hypr exec -it ${name:-NAME} sh</code></dd>
  </dl>
</main>
</html>
EOF
