package io.hypr.shell.internal;

import java.io.IOException;

/** Asks before what cannot be undone. */
public final class Confirmation {

    private Confirmation() {
    }

    /**
     * @param call who is asked
     * @param warning what would happen
     * @return whether the answer was yes
     * @throws IOException if the answer cannot be read
     */
    public static boolean given(Call call, String warning) throws IOException {
        call.out().print("WARNING! " + warning + "\nAre you sure you want to continue? [y/N] ");
        call.out().flush();
        StringBuilder answer = new StringBuilder();
        for (int c = call.in().read(); c >= 0 && c != '\n' && c != '\r'; c = call.in().read()) {
            answer.append((char) c);
        }
        return answer.toString().strip().toLowerCase(java.util.Locale.ROOT).startsWith("y");
    }
}
