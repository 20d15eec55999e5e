package io.firehole.simulator.control;

import io.firehole.simulator.rules.ConnectLedger;
import java.util.List;
import java.util.Map;

/**
 * What the provider saw since its start.
 *
 * @param connects every accepted TCP connection, refused ones too, oldest first; at least the last 100,000
 * @param worstWindow the most accepts in any closed window of the rule's length, or of 60 s without a rule
 * @param refused how many connections could not be used
 * @param open how many connections are open now
 * @param streams how many Subscribe and SubscribeDeshred calls are open now
 * @param requests how many SubscribeRequests arrived
 * @param sent how many updates of each kind were sent
 * @param sentBytes how many bytes these updates had
 * @param lagged how many streams were cut off because their client was slow
 * @param refusedBy how often each rule was the reason to refuse a connection, a call or a request, by its key in a
 *     profile; what faults refuse is not in it
 */
public record Report(
        List<Connect> connects,
        ConnectLedger.Window worstWindow,
        long refused,
        int open,
        int streams,
        long requests,
        Map<String, Long> sent,
        long sentBytes,
        long lagged,
        Map<String, Long> refusedBy) {

    /**
     * One accept.
     *
     * @param at milliseconds since 1970, by the provider's clock
     * @param id the connection's number, which faults take
     * @param outcome {@code accepted}, or why not
     */
    public record Connect(long at, long id, String outcome) {}
}
