package io.hypr.itest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A built bundle, as its jar tells.
 *
 * @param name symbolic name
 * @param headers of the manifest
 * @param classes in the jar
 */
record BuiltBundle(String name, Attributes headers, List<ClassModel> classes) {

    private static final Pattern CLAUSE = Pattern.compile("([^,;\"]+)((?:;(?:[^,;\"]|\"[^\"]*\")+)*),?");

    static BuiltBundle read(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            Attributes headers = jar.getManifest().getMainAttributes();
            List<ClassModel> classes = new ArrayList<>();
            for (JarEntry entry : jar.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
                try (InputStream in = jar.getInputStream(entry)) {
                    classes.add(ClassFile.of().parse(in.readAllBytes()));
                }
            }
            return new BuiltBundle(headers.getValue("Bundle-SymbolicName").split(";")[0], headers, classes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names in a header, each with its attributes as they stand there. */
    Map<String, String> header(String header) {
        Map<String, String> clauses = new LinkedHashMap<>();
        String value = headers.getValue(header);
        if (value != null) {
            Matcher matcher = CLAUSE.matcher(value);
            while (matcher.find()) {
                clauses.put(matcher.group(1).trim(), matcher.group(2));
            }
        }
        return clauses;
    }

    static String className(ClassModel model) {
        return model.thisClass().asInternalName().replace('/', '.');
    }

    static String packageName(ClassModel model) {
        String name = className(model);
        return name.substring(0, name.lastIndexOf('.'));
    }
}
