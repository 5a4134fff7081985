package dev.apparmoradmission.e2e.api;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.client.utils.Serialization;

/** The text of a kubeconfig. */
public final class Kubeconfig {
    private Kubeconfig() {}

    /** The same cluster for the bearer of a token: a client certificate would outrank the token, and is left out. */
    public static String withToken(String kubeconfig, String token) {
        Config config = Serialization.unmarshal(kubeconfig, Config.class);
        AuthInfo account = new AuthInfo();
        account.setToken(token);
        config.getUsers().forEach(user -> user.setUser(account));
        return Serialization.asYaml(config);
    }
}
