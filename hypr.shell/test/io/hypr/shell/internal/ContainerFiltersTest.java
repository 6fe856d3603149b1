package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.InputException;

class ContainerFiltersTest {

    private static List<ContainerInfo> containers() {
        ContainerInfo web = Fakes.container("web", ContainerState.RUNNING);
        web.spec.labels.put("tier", "front");
        web.spec.labels.put("env", "test");
        web.exposed.add("80/tcp");
        ContainerInfo.Publication p = new ContainerInfo.Publication();
        p.protocol = "tcp";
        p.hostPort = 8080;
        p.containerPort = 80;
        p.hostAddress = "0.0.0.0";
        web.published.add(p);
        web.vmmPid = 1;
        ContainerInfo db = Fakes.container("web-db", ContainerState.EXITED);
        db.spec.labels.put("tier", "back");
        db.exitCode = 3;
        db.image = "redis:7";
        db.created = web.created.minusSeconds(60);
        return List.of(web, db);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            name=web                      | web web-db
            name=^web$                    | web
            name=/web-                    | web-db
            name=^/web$                   | web
            name=x                        | ``
            name=db name=^web$            | web web-db
            label=tier                    | web web-db
            label=tier=front              | web
            label=tier label=env          | web
            status=exited                 | web-db
            status=running status=exited  | web web-db
            exited=3                      | web-db
            ancestor=redis:7              | web-db
            ancestor=nginx                | web
            publish=8080                  | web
            publish=8000-9000/tcp         | web
            publish=80/tcp                | ``
            publish=80/udp                | ``
            expose=80                     | web
            isolation=default name=^web$  | web
            before=web                    | web-db
            since=web-db                  | web
            status=running name=db        | ``
            """)
    void chooses(String filters, String names) {
        List<ContainerInfo> all = containers();
        ContainerFilters f = ContainerFilters.parse(List.of(filters.split(" ")));
        assertEquals(names, String.join(" ", all.stream().filter(c -> f.fits(c, all)).map(c -> c.name).toList()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo=bar", "status=lost", "exited=x", "name=(", "name=^/["})
    void refuses(String filter) {
        assertThrows(HyprException.class, () -> ContainerFilters.parse(List.of(filter)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "=x"})
    void refusesWhatHasNoNameAndValue(String filter) {
        assertThrows(InputException.class, () -> ContainerFilters.parse(List.of(filter)));
    }
}
