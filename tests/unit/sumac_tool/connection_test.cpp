#include "connection.h"
#include "test_folder.h"

#include <gtest/gtest.h>

namespace sumac::tool {
namespace {

ConnectionOptions to(const std::string& uri) {
    ConnectionOptions options;
    options.uri = uri;
    return options;
}

TEST(ResolveTarget, ThePasswordFileWinsOverTheUriAndTheUriOverTheEnvironment) {
    const TestFolder folder;
    ConnectionOptions options = to("spice://host?port=5900&password=from-uri");
    EXPECT_EQ(resolve_target(options, "from-environment")->password, "from-uri");
    options.password_file = folder.write("password", "from-file\n");
    EXPECT_EQ(resolve_target(options, "from-environment")->password, "from-file");
    EXPECT_EQ(resolve_target(to("spice://host:5900"), "from-environment")->password,
              "from-environment");
    EXPECT_EQ(resolve_target(to("spice://host:5900"), nullptr)->password, "");
}

TEST(ResolveTarget, APasswordFileIsItsFirstLine) {
    const TestFolder folder;
    ConnectionOptions options = to("spice://host:5900");
    options.password_file = folder.write("password", " with spaces \r\nsecond line\n");
    EXPECT_EQ(resolve_target(options, nullptr)->password, " with spaces ");
    options.password_file = folder.write("password", "no line break");
    EXPECT_EQ(resolve_target(options, nullptr)->password, "no line break");
    options.password_file = folder.write("password", "");
    EXPECT_EQ(resolve_target(options, nullptr)->password, "");
}

TEST(ResolveTarget, ReadsAConnectionFile) {
    const TestFolder folder;
    const std::string text = "[virt-viewer]\ntype=spice\nhost=vm.example\nport=5901\npassword=p\n";
    const auto target = resolve_target(to(folder.write("console.vv", text)), nullptr);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->host, "vm.example");
    EXPECT_EQ(target->port, 5901);
    EXPECT_EQ(target->password, "p");
    EXPECT_TRUE(resolve_target(to(folder.write("any-name", text)), nullptr));
}

TEST(ResolveTarget, CertificateOptionsWinOverTheConnectionFile) {
    const TestFolder folder;
    const std::string text = "[virt-viewer]\ntype=spice\nhost=vm.example\ntls-port=5901\n"
                             "host-subject=CN=file\nca=-----BEGIN CERTIFICATE-----\\n\n";
    ConnectionOptions options = to(folder.write("console.vv", text));
    options.ca_file = "mine.pem";
    options.host_subject = "CN=mine";
    const auto target = resolve_target(options, nullptr);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->ca_file, "mine.pem");
    EXPECT_EQ(target->ca_pem, "");
    EXPECT_EQ(target->host_subject, "CN=mine");
}

TEST(ResolveTarget, SaysWhichFileIsWrong) {
    const TestFolder folder;
    const auto told = [](const ConnectionOptions& options) {
        const auto target = resolve_target(options, nullptr);
        return target ? std::string{} : target.error().line();
    };
    EXPECT_NE(told(to(folder.file("missing.vv"))).find("missing.vv: No such file"),
              std::string::npos);
    const std::string broken = folder.write("broken.vv", "no key file");
    EXPECT_NE(told(to(broken)).find("broken.vv: "), std::string::npos);
    ConnectionOptions options = to("spice://host:5900");
    options.password_file = folder.file("missing");
    EXPECT_NE(told(options).find("password file"), std::string::npos);
    options.password_file = folder.write("huge", std::string(2'000'000, 'x'));
    EXPECT_NE(told(options).find("larger than 1 MiB"), std::string::npos);
    options.password_file = folder.file("");
    EXPECT_NE(told(options).find("Is a directory"), std::string::npos);
    EXPECT_NE(told(to("http://host")), "");
}

} // namespace
} // namespace sumac::tool
