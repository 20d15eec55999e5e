package io.firehole.pool;

import java.time.Duration;

/**
 * Which group fits a monitor that receives so often. Rates are updates a second, averaged over about a minute.
 *
 * @param highFrom from which rate on a monitor fits the high group
 * @param lowBelow below which rate it fits the low group
 * @param hysteresis by which part of the mark the rate must pass it on the way back, from 0 to below 1
 * @param steadyFor for how long the rate must say the same before it is believed
 * @param rest the least time between two moves of one monitor by its rate
 */
public record GroupRates(double highFrom, double lowBelow, double hysteresis, Duration steadyFor, Duration rest) {

    /** High from 50 a second, low below 1, a fifth, 2 minutes, 5 minutes. */
    public static final GroupRates DEFAULT = new GroupRates(50, 1, 0.2, Duration.ofMinutes(2), Duration.ofMinutes(5));

    public GroupRates {
        if (!(lowBelow >= 0 && lowBelow < highFrom)) {
            throw new IllegalArgumentException("low-below must be below high-from " + highFrom + ", was " + lowBelow);
        }
        if (!(hysteresis >= 0 && hysteresis < 1)) {
            throw new IllegalArgumentException("hysteresis must be from 0 to below 1, was " + hysteresis);
        }
        if (steadyFor.isNegative() || rest.isNegative()) {
            throw new IllegalArgumentException(
                    "steady-for and rest must not be negative, were " + steadyFor + " and " + rest);
        }
    }

    /** The group that fits that rate, for a monitor that fitted another one before. */
    public Group fitting(double perSecond, Group before) {
        if (perSecond >= (before == Group.HIGH ? highFrom * (1 - hysteresis) : highFrom)) {
            return Group.HIGH;
        }
        if (perSecond < (before == Group.LOW ? lowBelow * (1 + hysteresis) : lowBelow)) {
            return Group.LOW;
        }
        return Group.MEDIUM;
    }

    /** Why that group fits that rate, for people. */
    String reason(Group group, double perSecond) {
        String mark = switch (group) {
            case HIGH -> "high from " + highFrom;
            case MEDIUM -> "medium from " + lowBelow + " to " + highFrom;
            case LOW -> "low below " + lowBelow;
        };
        return Math.round(perSecond * 10) / 10.0 + " updates a second (" + mark + ")";
    }
}
