package io.firehole.console;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A test with consoles that are closed after it. */
@Timeout(60)
abstract class WithConsoles {

    private final List<AutoCloseable> open = new ArrayList<>();

    final <C extends AutoCloseable> C opened(C one) {
        open.add(one);
        return one;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }
}
