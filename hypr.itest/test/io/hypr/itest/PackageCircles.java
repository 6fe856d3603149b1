package io.hypr.itest;

import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds packages of one bundle that need each other, straight or over others. */
final class PackageCircles {

    private final Map<String, Set<String>> uses = new TreeMap<>();
    private final Set<String> done = new TreeSet<>();
    private final List<String> circles = new ArrayList<>();

    private PackageCircles() {
    }

    static List<String> of(Collection<ClassModel> classes) {
        PackageCircles circles = new PackageCircles();
        classes.forEach(c -> circles.uses.computeIfAbsent(BuiltBundle.packageName(c), p -> new TreeSet<>()));
        classes.forEach(circles::add);
        circles.uses.keySet().forEach(p -> circles.walk(p, new LinkedHashSet<>()));
        return circles.circles;
    }

    private void add(ClassModel type) {
        String own = BuiltBundle.packageName(type);
        for (PoolEntry entry : type.constantPool()) {
            if (entry instanceof ClassEntry used && !used.asInternalName().startsWith("[")) {
                String name = used.asInternalName().replace('/', '.');
                String other = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : "";
                if (!other.equals(own) && uses.containsKey(other)) {
                    uses.get(own).add(other);
                }
            }
        }
    }

    private void walk(String name, Set<String> path) {
        if (!path.add(name)) {
            List<String> circle = new ArrayList<>(path);
            circles.add(String.join(" -> ", circle.subList(circle.indexOf(name), circle.size())) + " -> " + name);
            return;
        }
        if (done.add(name)) {
            uses.get(name).forEach(n -> walk(n, path));
        }
        path.remove(name);
    }
}
