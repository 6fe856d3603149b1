import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;

import aQute.bnd.osgi.Analyzer;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.EmbeddedResource;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Resource;
import aQute.bnd.service.AnalyzerPlugin;
import aQute.lib.io.IO;

/**
 * Puts the descriptors of all components of a bundle into one document (Declarative Services, section 112.4.1, allows it): the runtime
 * makes an XML parser for each document, and forty of them were a twentieth of hyprd's start. Runs after bnd has written the descriptors.
 */
final class OneDescriptor implements AnalyzerPlugin {

    private static final String NAME = "OSGI-INF/components.xml";

    @Override
    public int ordering() {
        return 1000;
    }

    @Override
    public boolean analyzeJar(Analyzer analyzer) throws Exception {
        String header = analyzer.getProperty(Constants.SERVICE_COMPONENT);
        Jar jar = analyzer.getJar();
        if (header == null || header.isBlank()) {
            return false;
        }
        StringBuilder all = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<components>\n");
        for (String name : new TreeSet<>(List.of(header.trim().split("\\s*,\\s*")))) {
            Resource one = jar.getResource(name);
            if (one == null) {
                throw new IllegalStateException("Service-Component names " + name + ", which the bundle does not hold");
            }
            all.append(IO.collect(one.openInputStream()).replaceFirst("(?s)^<\\?xml.*?\\?>\\s*", "")).append('\n');
            jar.remove(name);
        }
        byte[] document = all.append("</components>\n").toString().getBytes(StandardCharsets.UTF_8);
        jar.putResource(NAME, new EmbeddedResource(document, analyzer.lastModified()));
        analyzer.setProperty(Constants.SERVICE_COMPONENT, NAME);
        return false;
    }
}
