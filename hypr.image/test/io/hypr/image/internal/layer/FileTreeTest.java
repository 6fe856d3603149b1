package io.hypr.image.internal.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.hypr.tar.TarEntry;
import io.hypr.tar.TarException;

class FileTreeTest {

    private final FileTree tree = new FileTree();
    private int layers;

    /** Words of the form name, name/, name->symbolic, name=>hard. */
    private void layer(String... words) throws TarException {
        List<TarEntry> entries = new ArrayList<>();
        for (String word : words) {
            String[] symbolic = word.split("->");
            String[] hard = word.split("=>");
            char type = symbolic.length > 1 ? TarEntry.SYMBOLIC_LINK : hard.length > 1 ? TarEntry.HARD_LINK : word.endsWith("/")
                    ? TarEntry.DIRECTORY : TarEntry.FILE;
            String name = type == TarEntry.SYMBOLIC_LINK ? symbolic[0] : hard[0];
            String link = type == TarEntry.SYMBOLIC_LINK ? symbolic[1] : type == TarEntry.HARD_LINK ? hard[1] : "";
            entries.add(new TarEntry(name, type, 0644, layers, 0, 0, 0, link, 0, 0, Map.of()));
        }
        tree.apply(layers++, entries);
    }

    private Map<String, FileTree.Inode> files() {
        Map<String, FileTree.Inode> files = new TreeMap<>();
        collect(tree.root(), "", files);
        return files;
    }

    private static void collect(FileTree.Node node, String path, Map<String, FileTree.Inode> files) {
        node.children.forEach((name, child) -> {
            files.put(path + name + (child.isDirectory() ? "/" : ""), child.inode);
            collect(child, path + name + "/", files);
        });
    }

    private void assertFiles(String... due) {
        assertEquals(List.of(due), List.copyOf(files().keySet()));
    }

    @Test
    void upperLayersReplaceFilesAndKeepWhatIsInDirectories() throws TarException {
        layer("a/", "a/x", "b");
        layer("a/", "a/y", "b");
        assertFiles("a/", "a/x", "a/y", "b");
        assertEquals(1, files().get("b").layer);
        assertEquals(1, files().get("a/").layer);
        assertEquals(0, files().get("a/x").layer);
    }

    @Test
    void aFileReplacesADirectoryWithAllThatIsInIt() throws TarException {
        layer("a/", "a/b/", "a/b/c");
        layer("a");
        assertFiles("a");
        layer("a/", "a/d");
        assertFiles("a/", "a/d");
    }

    @Test
    void whiteoutsRemoveWhatLowerLayersBroughtOnly() throws TarException {
        layer("a/", "a/x", "a/y", "b/", "b/z");
        layer("a/x", "a/.wh.x", "a/.wh.y", ".wh.b", "b/", "b/new", "a/.wh.missing", "nowhere/.wh.x");
        assertFiles("a/", "a/x", "b/", "b/new");
        assertEquals(1, files().get("a/x").layer);
    }

    @Test
    void opaqueDirectoriesHideLowerLayersWhereverTheMarkStands() throws TarException {
        layer("a/", "a/x", "a/deep/", "a/deep/y");
        layer("a/", "a/deep/", "a/deep/new", "a/.wh..wh..opq", "a/after", ".wh..wh.aufs", ".wh..wh.plnk/1.2");
        assertFiles("a/", "a/after", "a/deep/", "a/deep/new");
    }

    @Test
    void hardLinksShareAFileAcrossLayers() throws TarException {
        layer("a", "b=>a");
        layer("dir/c=>./a", "/d=>/b");
        assertSame(files().get("a"), files().get("dir/c"));
        assertSame(files().get("a"), files().get("d"));
        layer("a", ".wh.b");
        assertEquals(2, files().get("a").layer);
        assertEquals(0, files().get("dir/c").layer);
    }

    @Test
    void parentsThatAreSymbolicLinksLeadWithinTheTree() throws TarException {
        layer("usr/", "usr/lib/", "lib->usr/lib", "abs->/usr", "up/", "up/l->../usr");
        layer("lib/x", "abs/y", "up/l/z", "up/l/lib/.wh.x");
        assertFiles("abs", "lib", "up/", "up/l", "usr/", "usr/lib/", "usr/lib/x", "usr/y", "usr/z");
    }

    @Test
    void namesMayBeginWithASlashOrADot() throws TarException {
        layer("./", "./a/", "/a/b", "a//c", "./a/./d");
        assertFiles("a/", "a/b", "a/c", "a/d");
    }

    @Test
    void missingParentsAreMade() throws TarException {
        layer("a/b/c");
        assertFiles("a/", "a/b/", "a/b/c");
        assertEquals(0755, files().get("a/").entry.mode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "../x | '..' in its path",
        "a/../../x | '..' in its path",
        "x->../y | leads out of the root",
        "d/x->../../y | leads out of the root",
        "x->/../y | leads out of the root",
        "x=>../y | '..' in its path",
        "x=>missing | not in the image",
        "x=>d/ | is a directory",
        "f/x | not a directory",
        "loop/x | too many symbolic links",
        ".wh.. | names nothing",
        "d/.wh... | names nothing",
    })
    void whatLeadsOutOrContradictsIsRefused(String bad, String why) throws TarException {
        layer("d/", "f", "loop->pool", "pool->loop");
        TarException e = assertThrows(TarException.class, () -> layer(bad));
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    @Test
    void endlessDepthIsRefused() throws TarException {
        layer("a/".repeat(900), "l->" + "a/".repeat(900));
        assertThrows(TarException.class, () -> layer("l/" + "b/".repeat(300) + "x"));
        assertThrows(TarException.class, () -> layer("c".repeat(256)));
    }
}
