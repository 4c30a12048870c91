#include "io/certificate.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>

namespace sumac::io {
namespace {

struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using CertificatePtr = std::unique_ptr<X509, Free>;

/// A certificate O=Sumac, CN=`common_name`, with `alternative_names` as "DNS:a,IP:1.2.3.4" if not
/// empty.
CertificatePtr certificate(const std::string& common_name, const std::string& alternative_names) {
    CertificatePtr made{X509_new()};
    X509_NAME* name = X509_get_subject_name(made.get());
    const auto add = [&](const char* key, const std::string& value) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(value.c_str());
        X509_NAME_add_entry_by_txt(name, key, MBSTRING_UTF8, bytes, -1, -1, 0);
    };
    add("O", "Sumac, Inc.");
    add("CN", common_name);
    if (!alternative_names.empty()) {
        const std::unique_ptr<X509_EXTENSION, Free> extension{
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_names.c_str())};
        X509_add_ext(made.get(), extension.get(), -1);
    }
    return made;
}

TEST(Certificate, MatchesADnsNameAndOneLabelWildcards) {
    const auto made = certificate("ignored.example", "DNS:vm.example,DNS:*.farm.example");
    EXPECT_TRUE(check_host_name(made.get(), "vm.example"));
    EXPECT_TRUE(check_host_name(made.get(), "a.farm.example"));
    EXPECT_FALSE(check_host_name(made.get(), "a.b.farm.example"));
}

TEST(Certificate, LooksAtTheCommonNameOnlyWhereThereAreNoOtherNames) {
    EXPECT_TRUE(check_host_name(certificate("old.example", "").get(), "old.example"));
    EXPECT_TRUE(check_host_name(certificate("127.0.0.1", "").get(), "127.0.0.1"));
    EXPECT_FALSE(
        check_host_name(certificate("old.example", "DNS:new.example").get(), "old.example"));
    EXPECT_FALSE(check_host_name(certificate("127.0.0.1", "DNS:new.example").get(), "127.0.0.1"));
}

TEST(Certificate, MatchesAnAddressAgainstAddressesOnly) {
    const auto made = certificate("x", "IP:127.0.0.1,DNS:10.0.0.1");
    EXPECT_TRUE(check_host_name(made.get(), "127.0.0.1"));
    EXPECT_FALSE(check_host_name(made.get(), "10.0.0.1"));
}

TEST(Certificate, NamesBothSidesOfAMismatch) {
    const auto checked = check_host_name(certificate("x", "DNS:vm.example").get(), "other.example");
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().message.find("vm.example"), std::string::npos)
        << checked.error().message;
    EXPECT_NE(checked.error().message.find("other.example"), std::string::npos)
        << checked.error().message;
}

TEST(Certificate, ComparesTheSubjectEntryByEntry) {
    const auto made = certificate("vm", "");
    EXPECT_TRUE(check_subject(made.get(), "O=Sumac\\, Inc.,CN=vm"));
    EXPECT_TRUE(check_subject(made.get(), "O=Sumac\\, Inc.,  CN=vm"));
    EXPECT_FALSE(check_subject(made.get(), "CN=vm,O=Sumac\\, Inc."));
    EXPECT_FALSE(check_subject(made.get(), "CN=vm"));
    const auto mismatch = check_subject(made.get(), "CN=other");
    ASSERT_FALSE(mismatch);
    EXPECT_EQ(mismatch.error().code, ErrorCode::refused);
}

TEST(Certificate, SaysThatASubjectCannotBeRead) {
    for (const char* text : {"", "=", "vm", "CN=vm,", "NoSuchKey=1"}) {
        const auto checked = check_subject(certificate("vm", "").get(), text);
        ASSERT_FALSE(checked) << text;
        EXPECT_EQ(checked.error().code, ErrorCode::invalid) << text;
    }
}

} // namespace
} // namespace sumac::io
