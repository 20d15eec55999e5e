package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import java.util.List;
import java.util.Set;

/** Every value of the configuration with where it comes from; secrets are not among them. */
public final class ConfigurationResource implements Resource {

    private final List<ShownSetting> settings;

    public ConfigurationResource(List<ShownSetting> settings) {
        this.settings = List.copyOf(settings);
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        ObjectNode data = Reply.JSON.objectNode();
        ArrayNode all = data.putArray("settings");
        settings.forEach(setting -> all.addObject()
                .put("key", setting.key())
                .put("value", setting.value())
                .put("origin", setting.origin())
                .put("changeable", false));
        return Reply.data(data);
    }
}
