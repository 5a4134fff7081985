package verdict

import "testing"

func TestTheKernelsListIsReadFromTheRight(t *testing.T) {
	modes := ProfileModes("# apparmor: enabled\nMongoDB Compass (unconfined)\nk8s (x) (enforce)\n\n")
	if len(modes) != 2 || modes["MongoDB Compass"] != "unconfined" || modes["k8s (x)"] != "enforce" {
		t.Errorf("read %v", modes)
	}
}
