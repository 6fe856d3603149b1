package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.hypr.engine.ContainerSpec;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.Grammar;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.UsageException;

class ContainerOptionsTest {

    @TempDir
    private Path directory;
    private final FakeCall call = new FakeCall();

    private ContainerSpec read(String... words) {
        call.directory = directory;
        List<String> all = new ArrayList<>(List.of(words));
        all.add("busybox");
        return ContainerOptions.read(call, Grammar.of(Command.class, "run").parse(all));
    }

    @Test
    void variablesComeFromFilesThenOptionsAndTheLastWins() throws IOException {
        Files.writeString(directory.resolve("env"), "# a comment\nA=file\n\n  B=file\nC\nABSENT\nD=x=y\n");
        call.environment.put("C", "mine");
        call.environment.put("E", "also mine");
        assertEquals(List.of("A=option", "B=file", "C=mine", "D=x=y", "E=also mine", "F="), read("--env-file", "env", "-e", "A=option", "-eE",
                "--env=F=", "-e", "ABSENT").env);
    }

    @Test
    void limitsOfTheHostAndWhatIsKeptArrive() {
        ContainerSpec s = read("-c", "512", "--cpuset-cpus", "0-1", "--cpu-quota", "50000", "--cpu-period", "200000", "--memory-reservation", "32m", "--ipc",
                "none", "--log-driver", "none");
        assertEquals(List.of(512, "0-1", 50_000L, 200_000L, 32L << 20, "none", "none"),
                List.of(s.cpuShares, s.cpuSet, s.cpuQuota, s.cpuPeriod, s.memoryReservation, s.ipcMode, s.logDriver));
    }

    @Test
    void metalIsWhatTheBackendOfMacsHasAndNoDevice() {
        ContainerSpec s = read("--gpu", "metal");
        assertEquals(List.of("hvf", Map.of("gpu", "metal"), List.of()), List.of(s.vmm, s.vmmOptions, s.gpus));
        assertEquals("(name=hvf)", read("--gpu", "metal", "--vmm", "(name=hvf)").vmm);
        assertEquals(List.of("0"), read("--gpu", "0").gpus);
    }

    @Test
    void aLoggingDriverThatIsNotThereIsSaid() {
        assertTrue(assertThrows(HyprException.class, () -> read("--log-driver", "syslog")).getMessage().contains("has no logging driver 'syslog'"));
    }

    private List<String> warnings(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("busybox");
        return MemoryOptions.warnings(Grammar.of(Command.class, "run").parse(all));
    }

    @Test
    void noSwapIsTakenAndAnyIsWarnedOf() {
        ContainerSpec s = read("-m", "64m", "--memory-swap", "64m", "--memory-swappiness", "0", "--oom-kill-disable=false");
        assertEquals(List.of(64L << 20, 64L << 20, 0), List.of(s.memory, s.memorySwap, s.memorySwappiness));
        assertEquals(List.of(), warnings("-m", "64m", "--memory-swap", "64m", "--memory-swappiness", "0", "--oom-kill-disable=false"));
        assertEquals(List.of(), warnings("--memory-swappiness=-1"));
        assertEquals(-1, read("--memory-swap", "-1").memorySwap);
        assertNull(read("--memory-swappiness", "60").memorySwappiness);
        for (String word : List.of("--memory-swap=-1", "--memory-swap=65m", "--memory-swappiness=1", "--oom-kill-disable", "--kernel-memory=6m")) {
            assertEquals(1, warnings("-m", "64m", word).size(), word);
        }
        assertEquals("Minimum kernel memory limit allowed is 6MB", assertThrows(HyprException.class, () -> read("--kernel-memory", "5m")).getMessage());
    }

    @Test
    void whatIsSoInAnyCaseIsTaken() {
        ContainerSpec s = read("--isolation", "Default", "--volume-driver", "local");
        assertEquals(List.of("Default", "local"), List.of(s.isolation, s.volumeDriver));
        assertEquals("Invalid isolation: \"hyperv\" - linux only supports 'default'",
                assertThrows(HyprException.class, () -> read("--isolation", "hyperv")).getMessage());
    }

    private static String text(ContainerSpec.Mount m) {
        return m.type + " " + m.source + " " + m.target + (m.readOnly ? " ro" : "") + (m.noCopy ? " nocopy" : "")
                + (m.create ? " create" : "") + " " + m.options;
    }

    @Test
    void volumesAndMountsAreReadAsDockerReadsThem() {
        ContainerSpec s = read("-v", "/anonymous", "-v", "store:/data:ro,nocopy", "-v", "/host:/in:z", "-v", "./sub:/sub", "--mount",
                "type=bind,src=/a,dst=/b,readonly", "--mount", "source=store,target=/c,volume-nocopy=true", "--mount",
                "type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1770",
                "--volumes-from", "web:ro");
        assertEquals(List.of("volume null /anonymous ", "volume store /data ro nocopy ", "bind /host /in create ",
                "bind " + directory + "/sub /sub create ", "bind /a /b ro ",
                "volume store /c nocopy ", "tmpfs null /t size=1048576,mode=1770"), s.mounts.stream().map(ContainerOptionsTest::text).toList());
        assertEquals(List.of("web:ro"), s.volumesFrom);
        for (String bad : List.of("a:b:c:d", "/x:", "x:/y:never", "/x:y", "/:/")) {
            assertThrows(HyprException.class, () -> read("-v", bad), bad);
        }
        assertThrows(InputException.class, () -> read("-v", "x:/y:shared"));
        assertThrows(InputException.class, () -> read("-v", ":/x"));
        assertThrows(HyprException.class, () -> read("--mount", "type=tmpfs,source=a,target=/x"));
        for (String bad : List.of("type=volume", "target=/x,who=me", "target=/x,readonly=perhaps", "type=tmpfs,target=/x,tmpfs-size=much")) {
            assertThrows(UsageException.class, () -> read("--mount", bad), bad);
        }
    }

    private String mount(String text) {
        return assertThrows(RuntimeException.class, () -> read("--mount", text), text).getMessage().lines().findFirst().orElse("");
    }

    @Test
    void mountsAreRefusedAsDockerRefusesThem() {
        assertEquals("invalid argument \"\" for \"--mount\" flag: EOF", mount(""));
        assertEquals("invalid argument \"x\" for \"--mount\" flag: invalid field 'x' must be a key=value pair", mount("x"));
        String where = "invalid argument \"t\u00fc\\\"p=1,\" for \"--mount\" flag: parse error on line 1, column 4: bare \" in non-quoted-field";
        assertEquals(where, mount("t\u00fc\"p=1,"));
        for (String open : List.of("\"type=bind", "\"type=bind\"x,target=/x")) {
            assertTrue(mount(open).endsWith("parse error on line 1, column 11: extraneous or missing \" in quoted-field"), open);
        }
        assertTrue(mount("target=/x,").endsWith("invalid field '' must be a key=value pair"));
        assertTrue(mount("type=bind,src=/a,dst=/b,volume-nocopy").endsWith("cannot mix 'volume-*' options with mount type 'bind'"));
        assertTrue(mount("target=/b,tmpfs-size=1m").endsWith("cannot mix 'tmpfs-*' options with mount type 'volume'"));
        assertTrue(mount("type=tmpfs,dst=/b,tmpfs-mode=999").endsWith("invalid value for tmpfs-mode: 999"));
        assertEquals("invalid mount config for type \"bind\": invalid propagation mode: x", mount("type=bind,src=/a,dst=/b,bind-propagation=x"));
        assertTrue(mount("type=bind,src=/a,dst=/b,bind-propagation=rshared").startsWith("Mounts do not pass between the host and a microVM"));
        assertTrue(mount("type=bind,src=/a,dst=/b,bind-nonrecursive").contains("'bind-nonrecursive'"));
        ContainerSpec s = read("--mount", "TYPE=bind,SRC=/a,Target=/b,bind-propagation=rprivate", "-v", "/b", "-v", "store:/c", "-v", "store:/c");
        assertEquals(List.of("bind /a /b ", "volume store /c "), s.mounts.stream().map(ContainerOptionsTest::text).sorted().toList());
        ContainerSpec quoted = read("--mount", "\"type=tmpfs\",\"target=/a,\"\"b\"\"\"\n,ignored");
        assertEquals(List.of("tmpfs null /a,\"b\" "), quoted.mounts.stream().map(ContainerOptionsTest::text).toList());
        assertEquals("invalid mode: rw,ro", assertThrows(HyprException.class, () -> read("-v", "/a:/b:rw,ro")).getMessage());
        assertThrows(HyprException.class, () -> read("-v", "/a:/b:nocopy"));
    }

    @Test
    void aContainerIsInOneNetwork() {
        assertEquals("back", read("--network", "back").network);
        assertThrows(InputException.class, () -> read("--network", "back", "--network", "back"));
        assertEquals("Container cannot be connected to network endpoints: back, front",
                assertThrows(HyprException.class, () -> read("--network", "front", "--network", "back")).getMessage());
        assertThrows(InputException.class, () -> read("--network", ""));
    }

    @Test
    void everythingThatIsNamedArrives() {
        ContainerSpec s = read("-it", "--rm", "--name", "web", "-m", "1.5g", "--cpus", "0.5", "-l", "a=b", "-l", "c", "--entrypoint", "/bin/x", "-w",
                "/srv", "-u", "1:2", "--tmpfs", "/t:size=1m",
                "-p", "80", "--expose", "90", "-P", "--read-only", "--sysctl", "a.b=1", "--storage-opt", "size=2g", "--stop-timeout", "3",
                "--security-opt", "no-new-privileges", "--vmm-opt", "k=v");
        assertTrue(s.tty && s.openStdin && s.autoRemove && s.publishAll && s.readOnly && s.noNewPrivileges);
        assertEquals("web", s.name);
        assertEquals("busybox", s.image);
        assertEquals(1_610_612_736L, s.memory);
        assertEquals(0.5, s.cpus);
        assertEquals("b", s.labels.get("a"));
        assertEquals("", s.labels.get("c"));
        assertEquals(List.of("/bin/x"), s.entrypoint);
        assertEquals("size=1m", s.tmpfs.get("/t"));
        assertEquals(2L << 30, s.diskSize);
        assertEquals(3, s.stopTimeout);
        assertEquals("v", s.vmmOptions.get("k"));
        assertEquals(List.of(), read("--entrypoint", "").entrypoint);
        assertNull(read().entrypoint);
    }

    @ParameterizedTest
    @CsvSource({"no,no,0", "always,always,0", "on-failure,on-failure,0", "on-failure:3,on-failure,3", "unless-stopped,unless-stopped,0"})
    void readsRestartPolicies(String text, String policy, int retries) {
        ContainerSpec s = read("--restart", text);
        assertEquals(policy, s.restartPolicy);
        assertEquals(retries, s.restartRetries);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --restart=on-failure:x         | invalid restart policy format: maximum retry count must be an integer
            --cpus=x                       | invalid argument "x" for "--cpus" flag: failed to parse x as a rational number
            --cpus=NaN                     | failed to parse NaN as a rational number
            --add-host=nonsense            | invalid argument "nonsense" for "--add-host" flag: bad format for add-host: "nonsense"
            --add-host=a:999.1.1.1         | invalid IP address in add-host: "999.1.1.1"
            --dns=10.9                     | invalid argument "10.9" for "--dns" flag: IP address is not correctly formatted: 10.9
            --dns-search=not!one           | not!one is not a valid domain
            --ulimit=nofile                | invalid argument "nofile" for "--ulimit" flag: invalid ulimit argument: nofile
            --ulimit=nofile=1:2:3          | too many limit value arguments - 1:2:3
            --ulimit=nofile=x              | strconv.ParseInt: parsing "x": invalid syntax
            --label==x                     | invalid argument "=x" for "-l, --label" flag: invalid label '=x': empty name
            --env-file=nothere             | open nothere: no such file or directory
            --env=                         | invalid environment variable
            --env==x                       | invalid environment variable: =x
            --security-opt=seccomp=x       | The security option seccomp=x means nothing in a microVM.
            --security-opt=nonsense        | Invalid --security-opt: "nonsense"
            --ulimit=nonsense=1            | invalid ulimit type: nonsense
            --ulimit=nofile=5:4            | ulimit soft limit must be less than or equal to hard limit: 5 > 4
            --mac-address=nonsense         | nonsense is not a valid mac address
            --network-alias=x              | network-scoped aliases are only supported for user-defined networks
            --pid=nonsense                 | --pid: invalid PID mode
            --pid=host                     | cannot share the processes of the host
            --ipc=container:web            | cannot share the shared memory of another container
            --ipc=host                     | cannot share the shared memory of the host
            --uts=container:web            | --uts: invalid UTS mode
            --userns=nonsense              | --userns: invalid USER mode
            --cgroupns=host                | cannot share the control groups of the host
            --memory-swap=-2               | invalid argument "-2" for "--memory-swap" flag: invalid size: '-2'
            --memory-swappiness=101        | invalid value: 101. Valid memory swappiness range is 0-100
            --health-start-interval=x      | time: invalid duration "x"
            --storage-opt=foo=1            | foo=1
            --storage-opt=size=q           | invalid size
            """)
    void refusesWithTheValue(String option, String sentence) {
        RuntimeException e = assertThrows(RuntimeException.class, () -> read(option));
        assertTrue(e instanceof InputException || e instanceof UsageException, e.toString());
        assertTrue(e.getMessage().contains(sentence), e.getMessage());
    }

    @Test
    void devicesAreNamedByAddressAndTheBusMayBeLeftOut() {
        ContainerSpec s = read("--device", "pci:0000:01:00.0", "--device", "02:00.0", "--gpu", "all", "--gpu", "1", "--gpu", "0000:03:00.0");
        assertEquals(List.of("pci:0000:01:00.0", "pci:02:00.0"), s.devices);
        assertEquals(List.of("all", "1", "pci:0000:03:00.0"), s.gpus);
        assertEquals(false, s.deviceForce);
        s = read("--device", "01:00.0,force", "--device", "/dev/fuse");
        assertEquals(List.of("pci:01:00.0", "/dev/fuse"), s.devices);
        assertTrue(s.deviceForce);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            all                          | all
            2                            | count=2
            count=3                      | count=3
            -1                           | all
            device=0                     | 0
            "device=0,1"                 | 0,1
            "device=0,1",driver=nvidia   | 0,1
            capabilities=utility         | count=1
            all,"capabilities=a,b"       | all
            device=01:00.0               | pci:01:00.0
            """)
    void dockersGpuRequestsAreUnderstood(String request, String gpus) {
        assertEquals(List.of(gpus.split(",")), read("--gpus", request).gpus);
    }

    @Test
    void noGpusAreNone() {
        assertEquals(List.of(), read("--gpus", "0").gpus);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            foo=1           | invalid argument "foo=1" for "--gpus" flag: unexpected key 'foo' in 'foo=1'
            x               | invalid argument "x" for "--gpus" flag: invalid count (x): value must be either "all" or an integer: invalid syntax
            all,all         | invalid argument "all,all" for "--gpus" flag: gpu request key 'all' can be specified only once
            ''              | invalid argument "" for "--gpus" flag: EOF
            device=0,1      | cannot set both Count and DeviceIDs on device request
            device=GPU-8a5  | invalid argument "device=GPU-8a5" for "--gpus" flag: 'GPU-8a5' is no GPU that HYPR knows
            all,"x          | invalid argument "all,\\"x" for "--gpus" flag: parse error on line 1, column 7: extraneous or missing " in quoted-field
            """)
    void gpuRequestsAreRefusedAsDockerDoes(String request, String sentence) {
        RuntimeException e = assertThrows(RuntimeException.class, () -> read("--gpus", request));
        assertTrue(e instanceof InputException || e instanceof UsageException, e.toString());
        assertTrue(e.getMessage().startsWith(sentence), e.getMessage());
    }

    @Test
    void whatAsksForLessSharingIsSoInAnyCase() {
        ContainerSpec s = read("--ipc", "private", "--userns", "host", "--cgroupns", "private", "--pid", "", "--security-opt",
                "seccomp=unconfined", "--security-opt",
                "label=disable", "--security-opt", "no-new-privileges:true");
        assertTrue(s.noNewPrivileges);
        assertEquals(false, read("--security-opt", "no-new-privileges=false").noNewPrivileges);
    }

    @Test
    void driversOfLogsAreThoseThatKeepOneOnTheHost() {
        assertEquals("1m", read("--log-driver", "json-file", "--log-opt", "max-size=1m").logOptions.get("max-size"));
        assertEquals("error looking up logging plugin nonsense: plugin \"nonsense\" not found",
                assertThrows(HyprException.class, () -> read("--log-driver", "nonsense")).getMessage());
        assertTrue(assertThrows(HyprException.class, () -> read("--log-driver", "syslog")).remedy().orElseThrow().contains("hypr logs"));
    }

    @Test
    void labelsOfAFileHaveValues() throws IOException {
        Files.writeString(directory.resolve("labels"), "# comment\na=file\nb=file\nc\n");
        assertEquals(java.util.Map.of("a", "flag", "b", "file"), read("--label-file", "labels", "-l", "a=flag").labels);
    }

    @Test
    void hostsHaveTheirAddressBehindAColonOrAnEqualsSign() {
        assertEquals(List.of("a:10.1.2.3", "b:10.1.2.4", "c:2001:db8::1", "d:2001:db8::1", "up:host-gateway"),
                read("--add-host", "a:10.1.2.3", "--add-host", "b=10.1.2.4",
                "--add-host", "c:2001:db8::1", "--add-host", "d=[2001:db8::1]", "--add-host", "up:host-gateway").extraHosts);
    }

    @ParameterizedTest
    @CsvSource({"=x,no variable name on line '=x'", "A B=1,variable 'A B' contains whitespaces"})
    void filesOfVariablesAreRefusedAsDockerDoes(String line, String why) throws IOException {
        Files.writeString(directory.resolve("env"), line + "\n");
        assertEquals("invalid env file (env): " + why, assertThrows(InputException.class, () -> read("--env-file", "env")).getMessage());
    }

    @Test
    void restartAndRemoveContradictEachOther() {
        assertThrows(InputException.class, () -> read("--rm", "--restart", "always"));
        assertEquals("no", read("--rm", "--restart", "no").restartPolicy);
    }
}
