package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

class UnmadeTest {

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void whatAComponentRefusesIsSaidWithItsRemedyAndTheFile() {
        Throwable failure = new java.lang.reflect.InvocationTargetException(
                new HyprException(ErrorCode.INVALID, "The configuration x has unknown keys: y.").remedy("It has z."));
        assertEquals(Optional.of(new Unmade.Component("x", "The configuration x has unknown keys: y. It has z.", "It is configured in /etc/x.cfg.")),
                Unmade.of("x", trace(failure), "file:/etc/x.cfg"));
    }

    @Test
    void theFirstCauseCounts() {
        Throwable failure = new HyprException(ErrorCode.INTERNAL, "Later.", new IllegalStateException("Sooner."));
        assertEquals(Optional.of(new Unmade.Component("x", "The component x could not be made: Sooner.", "")), Unmade.of("x", trace(failure), null));
    }

    @Test
    void whatMissesAnotherComponentIsNotTheCause() {
        assertEquals(Optional.empty(), Unmade.of("x", trace(new IllegalStateException("Unable to get service for reference images")), null));
        assertEquals(Optional.empty(), Unmade.of("x", null, null));
    }
}
