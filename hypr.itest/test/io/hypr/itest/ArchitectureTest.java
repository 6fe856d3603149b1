package io.hypr.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;

import io.hypr.itest.exam.Product;

/** The directions of dependencies, read from the bundles as they were built. */
class ArchitectureTest {

    private static final String API = "hypr.api";
    private static final List<BuiltBundle> BUNDLES = Product.ownBundles().stream().map(BuiltBundle::read).toList();

    @Test
    void thereAreBundles() {
        assertTrue(BUNDLES.stream().anyMatch(b -> b.name().equals(API)), "no hypr.api in " + BUNDLES);
    }

    @Test
    void theApiImportsNothingButItself() {
        BuiltBundle api = BUNDLES.stream().filter(b -> b.name().equals(API)).findFirst().orElseThrow();
        Set<String> foreign = new TreeSet<>(api.header("Import-Package").keySet());
        foreign.removeAll(api.header("Export-Package").keySet());
        foreign.removeIf(p -> p.startsWith("org.osgi.annotation."));
        assertEquals(Set.of(), foreign);
    }

    @Test
    void onlyTheApiExportsWhatOthersImport() {
        List<String> wrong = new ArrayList<>();
        for (BuiltBundle exporter : BUNDLES) {
            for (BuiltBundle importer : BUNDLES) {
                if (!exporter.name().equals(API) && exporter != importer) {
                    Set<String> shared = new HashSet<>(importer.header("Import-Package").keySet());
                    shared.retainAll(exporter.header("Export-Package").keySet());
                    shared.forEach(p -> wrong.add(importer.name() + " imports " + p + " of " + exporter.name()));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void onlyTheShellImportsGogo() {
        assertEquals(List.of(), offenders(b -> !b.name().equals("hypr.shell") && b.header("Import-Package").keySet().stream()
            .anyMatch(p -> p.startsWith("org.apache.felix.gogo") || p.startsWith("org.apache.felix.service.command"))));
    }

    @Test
    void noneIsTiedToAnotherBundleByName() {
        assertEquals(List.of(), offenders(b -> !b.header("Require-Bundle").isEmpty() || !b.header("DynamicImport-Package").isEmpty()
            || !b.header("Fragment-Host").isEmpty()));
    }

    @Test
    void everyExportHasAVersion() {
        assertEquals(List.of(), offenders(b -> b.header("Export-Package").values().stream().anyMatch(a -> !a.contains(";version="))));
    }

    @Test
    void onlyTheBindingsNameForeignFunctions() {
        List<String> wrong = new ArrayList<>();
        for (BuiltBundle bundle : BUNDLES) {
            for (ClassModel type : bundle.classes()) {
                if (!BuiltBundle.className(type).startsWith("io.hypr.ffm.") && names(type, "java/lang/foreign/")) {
                    wrong.add(bundle.name() + ": " + BuiltBundle.className(type));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void onlyTheShellPrintsToStandardOutput() {
        List<String> wrong = new ArrayList<>();
        for (BuiltBundle bundle : BUNDLES) {
            for (ClassModel type : bundle.classes()) {
                if (!bundle.name().equals("hypr.shell") && readsStandardStreams(type)) {
                    wrong.add(bundle.name() + ": " + BuiltBundle.className(type));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyExportedContractSaysWhoImplementsIt() {
        List<String> wrong = new ArrayList<>();
        for (BuiltBundle bundle : BUNDLES) {
            Set<String> exported = bundle.header("Export-Package").keySet();
            for (ClassModel type : bundle.classes()) {
                boolean sealed = type.findAttribute(Attributes.permittedSubclasses()).isPresent();
                boolean contract = type.flags().has(AccessFlag.PUBLIC) && type.flags().has(AccessFlag.INTERFACE)
                    && !type.flags().has(AccessFlag.ANNOTATION) && !BuiltBundle.className(type).contains("$");
                if (contract && !sealed && exported.contains(BuiltBundle.packageName(type)) && !isMarked(type)) {
                    wrong.add(BuiltBundle.className(type));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void packagesDoNotNeedEachOtherInCircles() {
        List<String> circles = new ArrayList<>();
        for (BuiltBundle bundle : BUNDLES) {
            PackageCircles.of(bundle.classes()).forEach(c -> circles.add(bundle.name() + ": " + c));
        }
        assertEquals(List.of(), circles);
    }

    private static List<String> offenders(Predicate<BuiltBundle> wrong) {
        return BUNDLES.stream().filter(wrong).map(BuiltBundle::name).toList();
    }

    /** Whether a class's constant pool names a package, as a class or in a descriptor. */
    private static boolean names(ClassModel type, String slashed) {
        for (PoolEntry entry : type.constantPool()) {
            if (entry instanceof Utf8Entry text && (text.stringValue().startsWith(slashed) || text.stringValue().contains("L" + slashed))) {
                return true;
            }
        }
        return false;
    }

    private static boolean readsStandardStreams(ClassModel type) {
        for (PoolEntry entry : type.constantPool()) {
            if (entry instanceof FieldRefEntry field && field.owner().asInternalName().equals("java/lang/System")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMarked(ClassModel type) {
        return type.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream().flatMap(a -> a.annotations().stream())
            .map(a -> a.className().stringValue())
            .anyMatch(n -> n.equals("Lorg/osgi/annotation/versioning/ProviderType;") || n.equals("Lorg/osgi/annotation/versioning/ConsumerType;"));
    }
}
