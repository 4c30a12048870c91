#include <sumac/target.h>

#include <gtest/gtest.h>

using namespace sumac;

namespace {

Target uri(std::string_view text) {
    const auto target = parse_uri(text);
    EXPECT_TRUE(target) << text << ": " << (target ? "" : target.error().line());
    return target ? *target : Target{};
}

std::string uri_error(std::string_view text) {
    const auto target = parse_uri(text);
    EXPECT_FALSE(target) << text;
    return target ? "" : target.error().line();
}

Target vv(std::string_view text) {
    const auto target = parse_vv(text);
    EXPECT_TRUE(target) << (target ? "" : target.error().line());
    return target ? *target : Target{};
}

std::string vv_error(std::string_view text) {
    const auto target = parse_vv(text);
    EXPECT_FALSE(target) << text;
    return target ? "" : target.error().line();
}

constexpr std::string_view example =
    "; write spice://host:port, for example spice://localhost:5900";

} // namespace

TEST(Uri, TakesAllForms) {
    EXPECT_EQ(uri("spice://example.org:5900"), (Target{.host = "example.org", .port = 5900}));
    EXPECT_EQ(uri("spice://example.org:5900/"), (Target{.host = "example.org", .port = 5900}));
    EXPECT_EQ(uri("SPICE://h?port=1&tls-port=65535&password=a%26b%20%C3%A9+"),
              (Target{.host = "h", .port = 1, .tls_port = 65535, .password = "a&b \xc3\xa9+"}));
    EXPECT_EQ(uri("spice://h?tls-port=5901"), (Target{.host = "h", .tls_port = 5901}));
    EXPECT_EQ(uri("spice+tls://h:5901?password=x=y"),
              (Target{.host = "h", .tls_port = 5901, .password = "x=y"}));
    EXPECT_EQ(uri("spice+tls://h?tls-port=5901"), (Target{.host = "h", .tls_port = 5901}));
    EXPECT_EQ(uri("spice://[::1]:5900"), (Target{.host = "::1", .port = 5900}));
    EXPECT_EQ(uri("spice://[fe80::1%25eth0]?port=5900"),
              (Target{.host = "fe80::1%eth0", .port = 5900}));
    EXPECT_EQ(uri("spice+unix:///run/my%20vm.sock"), (Target{.unix_path = "/run/my vm.sock"}));
    EXPECT_EQ(uri("spice+unix:///run/vm?password=p"),
              (Target{.unix_path = "/run/vm", .password = "p"}));
}

TEST(Uri, SaysWhichPartIsWrong) {
    EXPECT_EQ(uri_error("localhost:5900"),
              "bad address: \"localhost:5900\" does not begin with spice://" +
                  std::string{example});
    EXPECT_EQ(uri_error(""),
              "bad address: \"\" does not begin with spice://" + std::string{example});
    EXPECT_EQ(uri_error("vnc://h:1"),
              "bad address: \"vnc\" is not a scheme we know; use spice://, spice+tls:// or "
              "spice+unix://");
    EXPECT_EQ(uri_error("spice://h"), "bad address: the port is missing" + std::string{example});
    EXPECT_EQ(uri_error("spice://:5900"),
              "bad address: the host is missing" + std::string{example});
    EXPECT_EQ(uri_error("spice://a%20b:5900"),
              "bad address: the host contains a space or a control character" +
                  std::string{example});
    EXPECT_EQ(uri_error("spice://" + std::string(254, 'a') + ":1"),
              "bad address: the host is longer than 253 characters" + std::string{example});
    EXPECT_EQ(uri_error("spice://h:5900/console"),
              "bad address: nothing may follow the host, but \"/console\" does" +
                  std::string{example});
    EXPECT_EQ(uri_error("spice://::1:5900"),
              "bad address: there is more than one ':' in the host; put an IPv6 address in "
              "brackets: spice://[::1]:5900");
    EXPECT_EQ(uri_error("spice://[::1:5900"),
              "bad address: the bracket '[' is not closed" + std::string{example});
    EXPECT_EQ(uri_error("spice://[::1]5900"),
              "bad address: only :port may follow the bracket ']'" + std::string{example});
    EXPECT_EQ(uri_error("spice+unix://run/vm"),
              "bad address: a unix socket needs an absolute path; write spice+unix:///path with "
              "three slashes");
    EXPECT_EQ(uri_error("spice+unix:///vm?port=1"),
              "bad address: a unix socket has no port; write spice+unix:///path");
}

TEST(Uri, TakesPortsFrom1To65535Only) {
    for (const std::string port : {"0", "65536", "99999999999", "-1", "+1", "1x", " 1", ""}) {
        EXPECT_EQ(uri_error("spice://h:" + port),
                  "bad address: port \"" + port + "\" is not a number from 1 to 65535" +
                      std::string{example});
        EXPECT_EQ(uri_error("spice://h:1?tls-port=" + port),
                  "bad address: tls-port \"" + port + "\" is not a number from 1 to 65535" +
                      std::string{example});
    }
}

TEST(Uri, RefusesContradictions) {
    EXPECT_EQ(uri_error("spice://h:1?port=2"),
              "bad address: port is given twice" + std::string{example});
    EXPECT_EQ(uri_error("spice+tls://h:1?port=2"),
              "bad address: spice+tls:// never uses a plain port; write "
              "spice://host?port=N&tls-port=M for both");
}

TEST(Uri, NamesTheKnownOptions) {
    EXPECT_EQ(uri_error("spice://h:1?proxy=x"),
              "bad address: \"proxy\" is not an option we know; known options are port, tls-port "
              "and password");
}

TEST(Uri, NeverShowsThePassword) {
    for (const std::string_view text : {"spice://h?password=geheim",
                                        "spice://h:1?password=geheim%",
                                        "spice://h:1?password=geheim%00",
                                        "spice://h:1?password=x&geheim",
                                        "spice://geheim@h:1",
                                        "spice://h:1?password=geheim&x=1",
                                        "h:1?password=geheim"}) {
        EXPECT_EQ(uri_error(text).find("geheim"), std::string::npos) << text;
    }
    EXPECT_EQ(uri_error("spice://h:1?password=x%4"),
              "bad address: in the password, a percent sign stands without two hex digits; write "
              "%25 for a percent sign");
}

TEST(Uri, FailsInOneLineWhateverItIsGiven) {
    EXPECT_EQ(uri_error("a\nb://x").find('\n'), std::string::npos);
    EXPECT_LT(uri_error(std::string(100000, 'a')).size(), 300U);
}

TEST(Target, NamesItself) {
    EXPECT_EQ((Target{.host = "h", .port = 1, .tls_port = 2, .password = "p"}.name()), "h:1");
    EXPECT_EQ((Target{.host = "h", .tls_port = 2}.name()), "h:2 (TLS)");
    EXPECT_EQ((Target{.host = "::1", .port = 1}.name()), "[::1]:1");
    EXPECT_EQ((Target{.unix_path = "/run/vm"}.name()), "unix:/run/vm");
}

TEST(ConnectionFile, TakesTheKeysThatMatter) {
    const Target expected{.host = "example.org",
                          .port = 5900,
                          .tls_port = 5901,
                          .password = "pass word",
                          .ca_pem =
                              "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
                          .host_subject = "O=Test,CN=example.org",
                          .title = "My VM: \\o/"};
    EXPECT_EQ(vv("# made by hand\n"
                 "[virt-viewer]\n"
                 "type=spice\n"
                 "host = example.org\n"
                 "port=5900\n"
                 "tls-port=5901\n"
                 "password=pass\\sword\n"
                 "\n"
                 "ca=-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n\n"
                 "host-subject=O=Test,CN=example.org\n"
                 "title=My VM: \\\\o/\n"
                 "fullscreen=1\n"
                 "secure-channels=main;inputs\n"
                 "[ovirt]\n"
                 "host=other.example.org\n"
                 "this line is not ours to judge\n"),
              expected);
}

TEST(ConnectionFile, TakesWindowsLinesAndUnixSockets) {
    EXPECT_EQ(vv("[virt-viewer]\r\ntype=spice\r\nhost=[::1]\r\nport=5900\r\ntls-port=-1\r\n"),
              (Target{.host = "::1", .port = 5900}));
    EXPECT_EQ(vv("[virt-viewer]\ntype=spice\nunix-path=/run/vm"), (Target{.unix_path = "/run/vm"}));
    EXPECT_EQ(vv("[virt-viewer]\ntype=spice\nhost=a\nhost=b\nport=1").host, "b")
        << "the last one wins";
}

TEST(ConnectionFile, SaysWhatIsWrong) {
    EXPECT_EQ(vv_error("hello"),
              "bad connection file: it has no group [virt-viewer]; give a virt-viewer file (.vv)");
    EXPECT_EQ(vv_error("[virt-viewer]\ntype=vnc\nhost=h\nport=1"),
              "bad connection file: it is of type \"vnc\"; only type=spice can be shown");
    EXPECT_EQ(vv_error("[virt-viewer]\nhost=h\nport=1"),
              "bad connection file: it has no type; only type=spice can be shown");
    const std::string advice = "; get a new file from where it came";
    EXPECT_EQ(vv_error("[virt-viewer]\ntype=spice\nport=1"),
              "bad connection file: the host is missing" + advice);
    EXPECT_EQ(vv_error("[virt-viewer]\ntype=spice\nhost=h"),
              "bad connection file: it has neither port nor tls-port" + advice);
    EXPECT_EQ(vv_error("[virt-viewer]\ntype=spice\nhost=h\nport=0"),
              "bad connection file: port \"0\" is not a number from 1 to 65535" + advice);
    EXPECT_EQ(vv_error("[virt-viewer]\ntype=spice\nhost"),
              "bad connection file: line 3 is neither a [group] nor key=value" + advice);
    EXPECT_EQ(vv_error("[virt-viewer]\ntype=spice\n\npassword=a\\x"),
              "bad connection file: line 4 has an unknown \\ escape" + advice);
    EXPECT_EQ(vv_error("[virt-viewer]\ntype=spice\npassword=a\\"),
              "bad connection file: line 3 has an unknown \\ escape" + advice);
    EXPECT_EQ(vv_error("[virt-viewer]\ntype=spice\nhost=h\nport=1\nunix-path=/x"),
              "bad connection file: it gives both host and unix-path; remove one of the two");
}

TEST(ConnectionFile, RefusesAProxyInsteadOfFailingToReachTheHost) {
    EXPECT_EQ(
        vv_error("[virt-viewer]\ntype=spice\nhost=pve:1:2\ntls-port=61000\n"
                 "proxy=http://pve.example.org:3128\n"),
        "the connection file wants the proxy \"http://pve.example.org:3128\", and proxies are "
        "not supported; connect from a network that reaches the host directly");
}
