package io.hypr.plugins.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** Says in words what a bundle needs that is not there. */
final class Requirements {

    private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]+)\\)");
    private static final Pattern LOWEST = Pattern.compile("\\(version>=([^)]+)\\)");
    private static final Pattern HIGHEST = Pattern.compile("\\(!\\(version>=([^)]+)\\)\\)");
    private static final Pattern JAVA = Pattern.compile("\\(osgi\\.ee=JavaSE\\).*\\(version=([^)]+)\\)");

    private Requirements() {
    }

    /** What nothing in the framework offers, a phrase each. */
    static List<String> missing(BundleContext context, Bundle bundle) {
        List<String> missing = new ArrayList<>();
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        FrameworkWiring framework = context.getBundle(0).adapt(FrameworkWiring.class);
        for (BundleRequirement need : revision.getDeclaredRequirements(null)) {
            String effective = need.getDirectives().getOrDefault("effective", "resolve");
            if (effective.equals("resolve") && !"optional".equals(need.getDirectives().get("resolution")) && framework.findProviders(need).isEmpty()) {
                missing.add(phrase(context, need));
            }
        }
        return missing;
    }

    private static String phrase(BundleContext context, BundleRequirement need) {
        String filter = need.getDirectives().getOrDefault("filter", "");
        Matcher name = PACKAGE.matcher(filter);
        if (name.find()) {
            TreeSet<String> offered = new TreeSet<>();
            for (Bundle other : context.getBundles()) {
                for (BundleCapability c : other.adapt(BundleRevision.class).getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE)) {
                    if (name.group(1).equals(c.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))) {
                        offered.add(c.getAttributes().get("version") + " of " + other.getSymbolicName());
                    }
                }
            }
            return "the package " + name.group(1) + range(filter)
                    + (offered.isEmpty() ? ", which no bundle exports" : ", and there is " + String.join(", ", offered));
        }
        Matcher java = JAVA.matcher(filter);
        return java.find() ? "Java " + java.group(1) + ", and this is Java " + Runtime.version().feature() : need.getNamespace() + " " + filter;
    }

    private static String range(String filter) {
        Matcher low = LOWEST.matcher(filter.replaceAll("\\(!\\(version>=[^)]+\\)\\)", ""));
        Matcher high = HIGHEST.matcher(filter);
        return (low.find() ? " from version " + low.group(1) + " on" : "") + (high.find() ? " and below " + high.group(1) : "");
    }
}
