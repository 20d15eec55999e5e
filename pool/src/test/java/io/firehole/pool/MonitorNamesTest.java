package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Who is meant by a name or a pattern. */
class MonitorNamesTest {

    @Test
    void takesTheNameBeforeAnyPatternAndTheLongestPatternFirst() {
        MonitorNames<Group> names = MonitorNames.of(Map.of(
                "pumpfun-price", Group.LOW,
                "pumpfun-*", Group.HIGH,
                "*", Group.MEDIUM,
                "pumpfun-*-test", Group.LOW));
        assertThat(names.of("pumpfun-price")).hasValue(Group.LOW);
        assertThat(names.of("pumpfun-mint")).hasValue(Group.HIGH);
        assertThat(names.of("pumpfun-")).hasValue(Group.HIGH);
        assertThat(names.of("pumpfun-mint-test")).hasValue(Group.LOW);
        assertThat(names.of("raydium")).hasValue(Group.MEDIUM);
    }

    @Test
    void saysNothingOfWhomNobodyMeans() {
        assertThat(MonitorNames.of(Map.of("a*", 1)).of("b")).isEmpty();
        assertThat(MonitorNames.none().of("b")).isEmpty();
    }

    @Test
    void refusesTwoPatternsOfEqualLengthThatCanMeanTheSameMonitor() {
        assertThatThrownBy(() -> MonitorNames.of(Map.of("ab*", 1, "*yz", 2, "*", 3)))
                .hasMessageContaining("ab*")
                .hasMessageContaining("*yz");
        assertThatThrownBy(() -> MonitorNames.of(Map.of("*", 1, "**", 2))).hasMessageContaining("**");
        MonitorNames.of(Map.of("ab*", 1, "cd*", 2));
        MonitorNames.of(Map.of("ab*", 1, "*yz", 1));
    }

    @Test
    void matchesAsARegularExpressionWould() {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            String pattern = text(random, "ab*");
            String name = text(random, "ab");
            assertThat(MonitorNames.canMatchTheSame(pattern, name))
                    .as("%s of %s", pattern, name)
                    .isEqualTo(Pattern.matches(pattern.replace("*", "[ab]*"), name))
                    .isEqualTo(MonitorNames.canMatchTheSame(name, pattern));
        }
    }

    @Test
    void findsTwoPatternsDifferentOnlyIfNoShortTextMatchesBoth() {
        Random random = new Random(6);
        for (int i = 0; i < 2_000; i++) {
            String one = text(random, "ab*");
            String other = text(random, "ab*");
            boolean found = false;
            for (int bits = 0; bits < (1 << 9) && !found; bits++) {
                for (int length = 0; length <= 9 && !found; length++) {
                    String name = word(bits, length);
                    found = MonitorNames.canMatchTheSame(one, name) && MonitorNames.canMatchTheSame(other, name);
                }
            }
            assertThat(MonitorNames.canMatchTheSame(one, other))
                    .as("%s and %s", one, other)
                    .isEqualTo(found);
        }
    }

    private static String text(Random random, String letters) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    private static String word(int bits, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append((bits >> i & 1) == 0 ? 'a' : 'b');
        }
        return word.toString();
    }
}
