#include "hex.h"
#include "link/link.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <spice/enums.h>
#include <spice/protocol.h>

#include <memory>

using namespace sumac;
using namespace sumac::link;
using namespace sumac::test;
using wire::Capabilities;
using wire::HeaderKind;

namespace {

/// A server's key pair; one for all tests, because making it takes time.
EVP_PKEY* server_key() {
    static const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
        EVP_RSA_gen(SPICE_TICKET_KEY_PAIR_LENGTH), &EVP_PKEY_free};
    return key.get();
}

ByteVector public_key() {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(server_key(), &der);
    EXPECT_EQ(size, SPICE_TICKET_PUBKEY_BYTES);
    const auto bytes = std::as_bytes(std::span{der, static_cast<std::size_t>(size)});
    ByteVector copy{bytes.begin(), bytes.end()};
    OPENSSL_free(der);
    return copy;
}

/// What the server reads in the ticket; empty if it cannot.
ByteVector decrypt(Bytes ticket) {
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context{
        EVP_PKEY_CTX_new(server_key(), nullptr), &EVP_PKEY_CTX_free};
    EXPECT_GT(EVP_PKEY_decrypt_init(context.get()), 0);
    EXPECT_GT(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING), 0);
    std::vector<unsigned char> in;
    for (const std::byte byte : ticket)
        in.push_back(std::to_integer<unsigned char>(byte));
    std::vector<unsigned char> out(256);
    std::size_t size = out.size();
    if (EVP_PKEY_decrypt(context.get(), out.data(), &size, in.data(), in.size()) <= 0) return {};
    const auto plain = std::as_bytes(std::span{out}.first(size));
    return {plain.begin(), plain.end()};
}

// AUTH_SELECTION, AUTH_SPICE, MINI_HEADER.
constexpr unsigned all_common = 0x0b;

/// 16 + 178 + 8 bytes: header, reply, one word of each kind of capabilities.
ByteVector reply(unsigned common = all_common) {
    return R"(
        52 45 44 51  02 00 00 00  02 00 00 00  ba 00 00 00   # "REDQ", 2.2, 186 bytes follow
        00 00 00 00                                          # 16: no error
    )"_hex +
           public_key() + // 20
           R"(
        01 00 00 00  01 00 00 00  b2 00 00 00                # 182: one word each, at 178
    )"_hex +
           with_u32(ByteVector(4), 0, common) + // 194
           "07 00 00 00"_hex;                   // 198
}

const ByteVector result_ok = "00 00 00 00"_hex;

ByteVector number(unsigned long value) {
    return with_u32(ByteVector(4), 0, value);
}

LinkRequest request(std::string password = "secret") {
    return {.connection_id = 0x11223344,
            .channel = {SPICE_CHANNEL_DISPLAY, 1},
            .common_capabilities = {SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION,
                                    SPICE_COMMON_CAP_AUTH_SPICE,
                                    SPICE_COMMON_CAP_MINI_HEADER},
            .channel_capabilities = {SPICE_DISPLAY_CAP_SIZED_STREAM, 33},
            .password = std::move(password)};
}

/// What a started link sends and how it ends when the server sends `stream`, cut at `cut`.
struct Outcome {
    std::size_t consumed = 0;
    ByteVector sent;
    LinkPhase phase = LinkPhase::not_started;
    std::optional<LinkError> error;
};

Outcome run(Link& link, const ByteVector& stream, std::size_t cut) {
    Outcome outcome;
    EXPECT_TRUE(link.start());
    for (const Bytes part : {Bytes{stream}.first(cut), Bytes{stream}.subspan(cut)}) {
        const auto step = link.on_bytes(part);
        if (!step) {
            outcome.error = step.error();
            break;
        }
        outcome.consumed += step->consumed;
        outcome.sent = outcome.sent + step->to_send;
    }
    outcome.phase = link.phase();
    return outcome;
}

/// The error that this stream leads to.
LinkError error_of(const ByteVector& stream, std::string password = "secret") {
    Link link{request(std::move(password))};
    const Outcome outcome = run(link, stream, 0);
    EXPECT_TRUE(outcome.error);
    EXPECT_EQ(outcome.phase, LinkPhase::failed);
    return outcome.error.value_or(LinkError{});
}

} // namespace

TEST(Link, IntroducesItself) {
    Link link{request()};
    const auto sent = link.start();
    ASSERT_TRUE(sent);
    EXPECT_EQ(*sent, R"(
        52 45 44 51  02 00 00 00  02 00 00 00  1e 00 00 00   # "REDQ", 2.2, 30 bytes follow
        44 33 22 11  02  01                                  # connection id, display 1
        01 00 00 00  02 00 00 00  12 00 00 00                # one and two words, at 18
        0b 00 00 00                                          # common
        01 00 00 00  02 00 00 00                             # display
    )"_hex);
    EXPECT_EQ(link.phase(), LinkPhase::reply);
}

TEST(Link, OpensAChannelAndLeavesWhatFollows) {
    Link link{request()};
    const ByteVector stream = reply() + result_ok + ascii("framing");
    const Outcome outcome = run(link, stream, 0);
    ASSERT_FALSE(outcome.error);
    EXPECT_EQ(outcome.consumed, stream.size() - 7);
    EXPECT_TRUE(link.done());
    EXPECT_EQ(link.header_kind(), HeaderKind::mini);
    EXPECT_EQ(link.peer_common_capabilities(), Capabilities::from_words({all_common}));
    EXPECT_EQ(link.peer_channel_capabilities(), Capabilities::from_words({7}));
    ASSERT_EQ(outcome.sent.size(), 4U + 128U);
    EXPECT_EQ(ByteVector(outcome.sent.begin(), outcome.sent.begin() + 4),
              number(SPICE_COMMON_CAP_AUTH_SPICE));
    EXPECT_EQ(decrypt(Bytes{outcome.sent}.subspan(4)), ascii("secret") + "00"_hex);
}

TEST(Link, EndsTheSameWhereverTheStreamIsCut) {
    const ByteVector stream = reply() + result_ok + ascii("more");
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Link link{request()};
        const Outcome outcome = run(link, stream, cut);
        ASSERT_FALSE(outcome.error) << cut;
        EXPECT_TRUE(link.done()) << cut;
        EXPECT_EQ(outcome.consumed, stream.size() - 4) << cut;
        EXPECT_EQ(outcome.sent.size(), 132U) << cut;
    }
}

TEST(Link, TakesBytesOneByOne) {
    Link link{request()};
    ASSERT_TRUE(link.start());
    for (const std::byte byte : reply() + result_ok) {
        const auto step = link.on_bytes(Bytes{&byte, 1});
        ASSERT_TRUE(step);
        EXPECT_EQ(step->consumed, 1U);
    }
    EXPECT_TRUE(link.done());
    const auto step = link.on_bytes("aa"_hex);
    ASSERT_TRUE(step);
    EXPECT_EQ(step->consumed, 0U) << "once done, nothing is for us";
}

TEST(Link, SaysWhatItWaitsFor) {
    Link link{request()};
    ASSERT_TRUE(link.start());
    EXPECT_EQ(to_string(link.phase()), "the server's link reply");
    ASSERT_TRUE(link.on_bytes(reply()));
    EXPECT_EQ(to_string(link.phase()), "the ticket's result");
}

TEST(Link, UsesFullHeadersUnlessBothSidesHaveMiniHeaders) {
    Link link{request()};
    ASSERT_FALSE(run(link, reply(0x03) + result_ok, 0).error);
    EXPECT_EQ(link.header_kind(), HeaderKind::full);

    LinkRequest without = request();
    without.common_capabilities = {SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION};
    Link other{without};
    ASSERT_FALSE(run(other, reply() + result_ok, 0).error);
    EXPECT_EQ(other.header_kind(), HeaderKind::full);
}

TEST(Link, NamesNoMechanismToAServerThatDoesNotSelect) {
    Link link{request()};
    const Outcome outcome = run(link, reply(0x08) + result_ok, 0);
    ASSERT_FALSE(outcome.error);
    ASSERT_EQ(outcome.sent.size(), 128U);
    EXPECT_EQ(decrypt(outcome.sent), ascii("secret") + "00"_hex);
}

TEST(Link, SendsAnEmptyTicketWithoutAPassword) {
    Link link{request("")};
    const Outcome outcome = run(link, reply() + result_ok, 0);
    EXPECT_EQ(decrypt(Bytes{outcome.sent}.subspan(4)), "00"_hex);
}

TEST(Link, SendsTheLongestPasswordAndRefusesALongerOne) {
    const std::string longest(SPICE_MAX_PASSWORD_LENGTH, 'x');
    Link link{request(longest)};
    const Outcome outcome = run(link, reply() + result_ok, 0);
    EXPECT_EQ(decrypt(Bytes{outcome.sent}.subspan(4)), ascii(longest) + "00"_hex);

    Link too_long{request(longest + "x")};
    const auto started = too_long.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, LinkErrorKind::password_too_long);
}

TEST(Link, FindsCapabilitiesBehindAGap) {
    ByteVector stream = with_u32(reply(), 12, 0xba + 4); // four bytes more
    stream = with_u32(stream, 190, 0xb2 + 4);            // before the capabilities
    stream.insert(stream.begin() + 194, 4, std::byte{0xff});
    Link link{request()};
    ASSERT_FALSE(run(link, stream + result_ok, 0).error);
    EXPECT_EQ(link.peer_channel_capabilities(), Capabilities::from_words({7}));
}

namespace {

const std::pair<unsigned, LinkErrorKind> server_errors[] = {
    {SPICE_LINK_ERR_ERROR, LinkErrorKind::server_error},
    {SPICE_LINK_ERR_INVALID_MAGIC, LinkErrorKind::request_refused},
    {SPICE_LINK_ERR_INVALID_DATA, LinkErrorKind::request_refused},
    {SPICE_LINK_ERR_VERSION_MISMATCH, LinkErrorKind::version_mismatch},
    {SPICE_LINK_ERR_NEED_SECURED, LinkErrorKind::need_secured},
    {SPICE_LINK_ERR_NEED_UNSECURED, LinkErrorKind::need_unsecured},
    {SPICE_LINK_ERR_PERMISSION_DENIED, LinkErrorKind::permission_denied},
    {SPICE_LINK_ERR_BAD_CONNECTION_ID, LinkErrorKind::bad_connection_id},
    {SPICE_LINK_ERR_CHANNEL_NOT_AVAILABLE, LinkErrorKind::channel_not_available},
    {77, LinkErrorKind::server_error},
    {0xffffffff, LinkErrorKind::server_error},
};

} // namespace

TEST(Link, TellsEveryErrorOfTheReply) {
    // The rest of a refusing reply is zero: no key, no capabilities.
    const ByteVector header = R"(
        52 45 44 51  02 00 00 00  02 00 00 00  b2 00 00 00
    )"_hex;
    for (const auto& [code, kind] : server_errors) {
        const LinkError error = error_of(header + number(code) + ByteVector(174));
        EXPECT_EQ(error.kind, kind) << code;
        EXPECT_EQ(error.server_error, code);
    }
}

TEST(Link, TellsEveryErrorOfTheResult) {
    for (const auto& [code, kind] : server_errors) {
        const LinkError error = error_of(reply() + number(code));
        EXPECT_EQ(error.kind, kind) << code;
        EXPECT_EQ(error.server_error, code);
        EXPECT_TRUE(error.password_given);
    }
    EXPECT_FALSE(error_of(reply() + number(SPICE_LINK_ERR_PERMISSION_DENIED), "").password_given);
}

TEST(Link, TellsWhatAnsweredInsteadOfASpiceServer) {
    const LinkError web = error_of(ascii("HTTP/1.1 400 Bad Request\r\nServer: x\r\n"));
    EXPECT_EQ(web.kind, LinkErrorKind::not_spice);
    EXPECT_EQ(web.detail, "HTTP/1.1 400 Bad Request");
    const LinkError vnc = error_of(ascii("RFB 003.008\n"));
    EXPECT_EQ(vnc.kind, LinkErrorKind::not_spice) << "it shares the first letter with REDQ";
    EXPECT_EQ(vnc.detail, "RFB 003.008");
    EXPECT_EQ(error_of("15 03 03 00 02 02 46"_hex).kind, LinkErrorKind::expects_tls);
    EXPECT_EQ(error_of("16 03 01"_hex).kind, LinkErrorKind::expects_tls);
}

TEST(Link, TellsAnotherServerWhereverItsAnswerIsCut) {
    const ByteVector answer = ascii("RFB 003.008\n");
    for (std::size_t cut = 0; cut <= answer.size(); ++cut) {
        Link link{request()};
        const Outcome outcome = run(link, answer, cut);
        ASSERT_TRUE(outcome.error) << cut;
        EXPECT_EQ(outcome.error->kind, LinkErrorKind::not_spice) << cut;
    }
}

TEST(Link, TellsBothVersions) {
    const LinkError error = error_of(with_u32(with_u32(reply(), 4, 3), 8, 1));
    EXPECT_EQ(error.kind, LinkErrorKind::version_mismatch);
    EXPECT_EQ(error.their_major, 3U);
    EXPECT_EQ(error.their_minor, 1U);
    Link link{request()};
    EXPECT_FALSE(run(link, with_u32(reply(), 8, 99) + result_ok, 0).error)
        << "minor does not matter";
}

TEST(Link, RefusesHostileSizes) {
    EXPECT_EQ(error_of(with_u32(reply(), 12, 0)).kind, LinkErrorKind::damaged_reply);
    EXPECT_EQ(error_of(with_u32(reply(), 12, 177)).kind, LinkErrorKind::damaged_reply);
    EXPECT_EQ(error_of(with_u32(reply(), 12, 8371)).kind, LinkErrorKind::reply_too_large);
    EXPECT_EQ(error_of(with_u32(reply(), 12, 0xffffffff)).kind, LinkErrorKind::reply_too_large);
    for (const std::size_t count : {182U, 186U}) {
        EXPECT_EQ(error_of(with_u32(reply(), count, 3)).kind, LinkErrorKind::damaged_reply);
        EXPECT_EQ(error_of(with_u32(reply(), count, 1024)).kind, LinkErrorKind::damaged_reply);
        EXPECT_EQ(error_of(with_u32(reply(), count, 1025)).kind, LinkErrorKind::reply_too_large);
        EXPECT_EQ(error_of(with_u32(reply(), count, 0xffffffff)).kind,
                  LinkErrorKind::reply_too_large);
    }
    EXPECT_EQ(error_of(with_u32(reply(), 190, 0)).kind, LinkErrorKind::damaged_reply);
    EXPECT_EQ(error_of(with_u32(reply(), 190, 0xffffffff)).kind, LinkErrorKind::damaged_reply);
}

TEST(Link, RefusesAKeyThatIsNone) {
    ByteVector stream = reply();
    std::fill(stream.begin() + 20, stream.begin() + 182, std::byte{0});
    const LinkError error = error_of(stream);
    EXPECT_EQ(error.kind, LinkErrorKind::damaged_reply);
    EXPECT_EQ(error.detail, "its key is not an RSA key of 1024 bits");
}

TEST(Link, RefusesAServerThatTakesSaslOnly) {
    EXPECT_EQ(error_of(reply(0x0d)).kind, LinkErrorKind::sasl_required);
    Link both{request()};
    EXPECT_FALSE(run(both, reply(0x0f) + result_ok, 0).error) << "SASL or ticket: ticket";
}

TEST(Link, NoticesThatTheMechanismIsRefused) {
    EXPECT_EQ(error_of(reply() + reply()).kind, LinkErrorKind::mechanism_refused);
}
