# Makes of the list absent.txt what `of` names: the functions (c), the script of their versions (map), the names of the libraries (names).
/^#/ || NF < 3 { next }
{
    names[$1]
    for (i = 3; i <= NF; i++) {
        if (of == "c") printf "ABSENT(%s)\n", $i
        if ($2 != "-") versions[$2] = versions[$2] " " $i ";"
    }
}
END {
    if (of == "map") for (version in versions) printf "%s { global:%s };\n", version, versions[version]
    if (of == "names") for (name in names) print name
}
