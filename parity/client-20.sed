# What Docker's client of Debian 12 (20.10) says in other words than that of 28, written in those of 28. Where it does other things, the scenario is marked as one for client 28.
# A full stop behind every sentence of run and create that has none
/^err: CLI: .*\.$/{/reuse that name\.$/!s/\.$//}
# Usage
s/^err: "docker ([a-z ]+)" requires (.*)\.$/err: CLI: 'CLI \1' requires \2/
s/^(err: CLI: 'CLI [a-z ]+' requires) exactly /\1 /
s/^err: CLI: '([a-z]+)' is not a docker command$/err: CLI: unknown command: docker \1/
# An unknown command of a group: the usage of the group, which begins with an empty line
s/^err:$/err: CLI: unknown command: docker container nonsense/
# What is not there
s/^err: Error: No such (container|image): (.*)$/err: Error response from daemon: No such \1: \2/
s/^err: Error: No such network: (.*)$/err: Error response from daemon: network \1 not found/
s/^err: Error: No such container:path: ([^:]+):(.*)$/err: Error response from daemon: Could not find the file \2 in container \1/
s/(No such image: [^: ]+)$/\1:latest/
s/^err: Error: No such volume: (.*)$/err: Error response from daemon: get \1: no such volume/
# Names of images
s/^err: Error parsing reference: .* is not a valid repository\/tag: (.* must be lowercase)$/err: Error response from daemon: \1/
s/^(err: CLI: invalid reference format: repository name) must be lowercase$/\1 (library\/UPPER) must be lowercase/
# Options of run and create
s/^err: Conflicting options: -a and -d$/err: conflicting options: cannot specify both --attach and --detach/
s/^err: CLI: Conflicting options: --restart and --rm$/err: CLI: conflicting options: cannot specify both --restart and --rm/
s/^err: CLI: maximum retry count must be an integer$/err: CLI: invalid restart policy format: maximum retry count must be an integer/
s/^err: CLI: Invalid (containerPort|hostPort|proto|ranges)/err: CLI: invalid \1/
s/count must be an integer: strconv\.Atoi: parsing "(.*)": invalid syntax$/invalid count (\1): value must be either "all" or an integer: invalid syntax/
s/^err: CLI: Invalid ip address:/err: CLI: invalid IP address:/
s/error: Invalid range specified for the Port:/error: invalid range specified for port:/
s/^err: CLI: poorly formatted environment:/err: CLI: invalid env file (env):/
s/(for "--dns" flag:) (.*) is not an ip address$/\1 IP address is not correctly formatted: \2/
# Others
s/^(P-v local local) \{\}$/\1 null/
s/No public port '([0-9]+)\/tcp' published/No public port '\1' published/
s/\[NET_ADMIN\]/[CAP_NET_ADMIN]/
