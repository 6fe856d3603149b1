# What differs between two runs of one program, or only by whose it is, and how it is written for the comparison.
# The name of the program itself
s/\b(docker|hypr)( [a-z]+)? --help'/CLI\2 --help'/g
s/^err: (docker|hypr): /err: CLI: /
s/'(docker|hypr) ([a-z]+( [a-z]+)?)'/'CLI \2'/g
# Ids, and the prefix of this run's names
s/\b[0-9a-f]{64}\b/ID64/g
s/\b[0-9a-f]{12}\b/ID12/g
# Times
s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g
s/(About a|Less than a|[0-9]+) (second|minute)s?/AGO/g
# Addresses and ports that were free
s/\b172\.[0-9]+\.[0-9]+\.[0-9]+\b/ADDRESS/g
s/127\.0\.0\.1:[0-9]+->/127.0.0.1:PORT->/g
# The scenario's own directory
s#/tmp/hypr-e2e\.[A-Za-z0-9]+/(docker|hypr)\.d/##g
# Widths of columns follow what is in them
s/ {2,}/  /g
s/ +$//
# A carriage return before the end of a line is shown
s/\r$/\\r/
# Engine 20.10 says twice that an image is not there
s/no such image: [^ ]+: (No such image: )/\1/
