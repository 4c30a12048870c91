#include "io/certificate.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <memory>
#include <vector>

namespace sumac::io {
namespace {

struct NameFree {
    void operator()(X509_NAME* name) const { X509_NAME_free(name); }
};
using NamePtr = std::unique_ptr<X509_NAME, NameFree>;

struct NamesFree {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string one_line(X509_NAME* name) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), &BIO_free};
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_SEP_COMMA_PLUS);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text); // NOLINT: OpenSSL's macro casts
    return {text, static_cast<std::size_t>(size)};
}

std::string common_name(X509* certificate) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    int last = -1;
    for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;)
        last = i;
    if (last < 0) return {};
    unsigned char* utf8 = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
    if (size < 0) return {};
    std::string name{utf8, utf8 + size};
    OPENSSL_free(utf8);
    return name;
}

std::string text_of(const ASN1_STRING* string) {
    const unsigned char* data = ASN1_STRING_get0_data(string);
    return {data, data + ASN1_STRING_length(string)};
}

std::string text_of_address(const ASN1_OCTET_STRING* address) {
    const unsigned char* bytes = ASN1_STRING_get0_data(address);
    if (ASN1_STRING_length(address) == 4)
        return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
    return "an IPv6 address";
}

/// DNS names and IP addresses of the certificate, for comparing presence and for messages.
std::vector<std::string> alternative_names(X509* certificate) {
    std::vector<std::string> found;
    const std::unique_ptr<GENERAL_NAMES, NamesFree> names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) found.push_back(text_of(name->d.dNSName));
        if (name->type == GEN_IPADD) found.push_back(text_of_address(name->d.iPAddress));
    }
    return found;
}

bool is_address(const std::string& host) {
    const std::unique_ptr<ASN1_OCTET_STRING, decltype(&ASN1_OCTET_STRING_free)> address{
        a2i_IPADDRESS(host.c_str()), &ASN1_OCTET_STRING_free};
    ERR_clear_error();
    return address != nullptr;
}

bool host_matches(X509* certificate, const std::string& host, bool has_names) {
    if (!is_address(host))
        return X509_check_host(certificate, host.c_str(), host.size(), 0, nullptr) == 1;
    if (has_names) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
    return common_name(certificate) == host;
}

/// "O=x, CN=y" as an X.509 name; null if it cannot be read.
NamePtr parse_subject(const std::string& text) {
    NamePtr name{X509_NAME_new()};
    std::string key;
    std::string current;
    bool in_value = false;
    const auto add_entry = [&] {
        const auto* value = reinterpret_cast<const unsigned char*>(current.data());
        const bool added = in_value && X509_NAME_add_entry_by_txt(name.get(),
                                                                  key.c_str(),
                                                                  MBSTRING_UTF8,
                                                                  value,
                                                                  static_cast<int>(current.size()),
                                                                  -1,
                                                                  0) == 1;
        current.clear();
        in_value = false;
        return added;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\' && i + 1 < text.size()) {
            current += text[++i];
        } else if (c == '=' && !in_value) {
            key = std::exchange(current, {});
            in_value = true;
        } else if (c == ',') {
            if (!add_entry()) return nullptr;
        } else if (c != ' ' || in_value || !current.empty()) {
            current += c;
        }
    }
    return add_entry() ? std::move(name) : nullptr;
}

} // namespace

Result<Done, Failure> check_host_name(X509* certificate, const std::string& host) {
    std::vector<std::string> names = alternative_names(certificate);
    if (host_matches(certificate, host, !names.empty())) return Done{};
    if (names.empty()) names.push_back(common_name(certificate));
    return Failure{
        ErrorCode::refused,
        fmt::format("the server's certificate is for \"{}\", not for \"{}\"",
                    fmt::join(names, "\", \""),
                    host),
        "connect by a name that the certificate carries, or give the expected --host-subject"};
}

Result<Done, Failure> check_subject(X509* certificate, const std::string& expected) {
    const NamePtr wanted = parse_subject(expected);
    if (!wanted) {
        ERR_clear_error();
        return Failure{ErrorCode::invalid,
                       fmt::format("\"{}\" is not a certificate subject", expected),
                       "write it as in \"C=DE,O=Example,CN=host\""};
    }
    X509_NAME* subject = X509_get_subject_name(certificate);
    if (X509_NAME_cmp(subject, wanted.get()) == 0) return Done{};
    return Failure{
        ErrorCode::refused,
        fmt::format("the server's certificate has the subject \"{}\", expected was \"{}\"",
                    one_line(subject),
                    expected),
        "correct --host-subject if the server is the right one"};
}

} // namespace sumac::io
