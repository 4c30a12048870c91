#include "link/link_error.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::link;

namespace {

std::string line(const LinkError& error) {
    return to_failure(error, "host:5900", {SPICE_CHANNEL_MAIN, 0}).line();
}

} // namespace

TEST(LinkError, SaysWhatWhereWhyAndWhatToDo) {
    EXPECT_EQ(line({.kind = LinkErrorKind::not_spice, .detail = "HTTP/1.1 400 Bad Request"}),
              "cannot open main[0] at host:5900: this is not a SPICE server, it answered "
              "\"HTTP/1.1 400 Bad Request\"; check host and port");
    EXPECT_EQ(line({.kind = LinkErrorKind::expects_tls}),
              "cannot open main[0] at host:5900: the server expects TLS on this port; use "
              "spice+tls://host:port, or tls-port=N");
    EXPECT_EQ(line({.kind = LinkErrorKind::version_mismatch, .their_major = 3, .their_minor = 1}),
              "cannot open main[0] at host:5900: the server speaks SPICE version 3.1, we speak "
              "2.2; update the older of the two");
    EXPECT_EQ(line({.kind = LinkErrorKind::permission_denied, .password_given = true}),
              "cannot open main[0] at host:5900: the server did not accept the password; check "
              "the password; it may also have expired on the server");
    EXPECT_EQ(line({.kind = LinkErrorKind::permission_denied}),
              "cannot open main[0] at host:5900: the server wants a password; give its password");
    EXPECT_EQ(line({.kind = LinkErrorKind::server_error, .server_error = 77}),
              "cannot open main[0] at host:5900: the server answered with error 77; look into the "
              "server's log");
    EXPECT_EQ(line({.kind = LinkErrorKind::password_too_long}),
              "cannot open main[0] at host:5900: the password is longer than the 60 bytes that "
              "SPICE can carry; set a shorter password on the server");
}

TEST(LinkError, HasOneLineAndAdviceForEveryKind) {
    for (int i = 0; i <= static_cast<int>(LinkErrorKind::crypto_failed); ++i) {
        const Failure failure = to_failure({.kind = static_cast<LinkErrorKind>(i), .detail = "x"},
                                           "unix:/run/vm",
                                           {SPICE_CHANNEL_DISPLAY, 2});
        EXPECT_EQ(failure.message.find("cannot open display[2] at unix:/run/vm: "), 0U) << i;
        EXPECT_EQ(failure.line().find('\n'), std::string::npos) << i;
        EXPECT_FALSE(failure.advice.empty()) << i;
    }
}

TEST(LinkError, TellsAWrongPasswordByItsCode) {
    const Failure failure =
        to_failure({.kind = LinkErrorKind::permission_denied}, "host:1", {1, 0});
    EXPECT_EQ(failure.code, ErrorCode::denied);
}
