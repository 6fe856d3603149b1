import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests of one project whose classes have names of one pattern, or those of them that have a tag, and ends with a line 'N passed,
 * N failed, N skipped'.
 *
 * <pre>Tests FOLDER PATTERN [TAG]</pre>
 */
public final class Tests implements TestExecutionListener {

    private int passed;
    private int failed;
    private int skipped;

    public static void main(String... args) {
        Tests tests = new Tests();
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.selectClasspathRoots(Set.of(Path.of(args[0]))))
            .filters(ClassNameFilter.includeClassNamePatterns(args[1]));
        if (args.length > 2) {
            request.filters(TagFilter.includeTags(args[2]));
        }
        if (Files.isDirectory(Path.of(args[0]))) {
            LauncherFactory.create().execute(request.build(), tests);
        }
        System.out.println(tests.passed + " passed, " + tests.failed + " failed, " + tests.skipped + " skipped");
        System.exit(tests.failed == 0 ? 0 : 1);
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        skipped++;
        System.out.println("skipped: " + name(test) + ": " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        switch (result.getStatus()) {
            case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
            case ABORTED -> {
                skipped++;
                System.out.println("skipped: " + name(test) + ": " + result.getThrowable().map(Throwable::getMessage).orElse("no reason"));
            }
            case FAILED -> {
                failed++;
                System.out.println("FAILED: " + name(test));
                result.getThrowable().ifPresent(t -> t.printStackTrace(System.out));
            }
        }
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        entry.getKeyValuePairs().forEach((key, value) -> System.out.println(name(test) + ": " + key + ": " + value.replace("\n", "\n  ")));
    }

    private static String name(TestIdentifier test) {
        String method = test.getSource().filter(MethodSource.class::isInstance).map(MethodSource.class::cast)
            .map(m -> m.getClassName() + "." + m.getMethodName()).orElse("");
        return method.endsWith("." + test.getDisplayName().replace("()", "")) ? method : method + " " + test.getDisplayName();
    }
}
