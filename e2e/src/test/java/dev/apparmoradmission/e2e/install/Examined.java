package dev.apparmoradmission.e2e.install;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.doctor.Doctor;
import java.io.IOException;

/** The installed product before {@code doctor}: sound, with four faults at once, and sound again. */
final class Examined {
    private static final String NO_CERTIFICATE = "Z2FyYmFnZQ==";

    private final Installation installation;
    private final Doctor doctor;
    private final String kubeconfig;

    Examined(Installation installation, Doctor doctor, String kubeconfig) {
        this.installation = installation;
        this.doctor = doctor;
        this.kubeconfig = kubeconfig;
    }

    void examine() throws IOException {
        sound("as installed");
        spoil();
        Doctor.Run found = doctor.run(kubeconfig, "--output", "json");
        System.out.println("install: doctor, four faults: " + found.summary());
        System.out.println(doctor.run(kubeconfig).out());
        assertThat(found.code()).isEqualTo(1);
        assertThat(found.ids("error", "warning"))
                .as(found.out())
                .contains("ca-unreadable", "no-replicas", "policy-refused", "namespaces-left-out", "not-reached");
        assertThat(found.out()).contains("is not asked about 1 namespace beside kube-system and its own: e2e-left-out");
        installation.kubectl("delete", "namespace", "e2e-left-out", "--wait=false");
        installation.apply();
        sound("installed over the faults");
    }

    /** On nodes without AppArmor, which is worth a note. */
    private void sound(String when) throws IOException {
        Doctor.Run run = Awaited.of(
                "a sound installation", () -> doctor.run(kubeconfig, "--output", "json"), last -> last.code() == 0);
        System.out.println("install: doctor, " + when + ": " + run.summary());
        assertThat(run.ids("note")).as(run.out()).containsOnly("apparmor-off");
        assertThat(run.json().path("notChecked")).as(run.out()).isEmpty();
    }

    private void spoil() throws IOException {
        installation.kubectl("create", "namespace", "e2e-left-out");
        installation.kubectl(
                "patch",
                "validatingwebhookconfiguration",
                "apparmor-admission",
                "--type=json",
                "--patch=[{\"op\":\"replace\",\"path\":\"/webhooks/0/clientConfig/caBundle\",\"value\":\""
                        + NO_CERTIFICATE + "\"}]");
        installation.kubectl(
                "patch",
                "mutatingwebhookconfiguration",
                "apparmor-admission",
                "--type=json",
                "--patch=[{\"op\":\"add\",\"path\":\"/webhooks/0/namespaceSelector/matchExpressions/0/values/-\","
                        + "\"value\":\"e2e-left-out\"}]");
        installation.kubectl(
                "patch",
                "configmap",
                "apparmor-admission-policies",
                "--type=merge",
                "--patch={\"data\":{\"cluster.yaml\":\"kind: AppArmorPolicy\"}}");
        installation.kubectl("scale", "deployment/apparmor-admission", "--replicas=0");
    }
}
