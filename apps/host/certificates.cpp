#include "certificates.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

namespace sumac::host {

namespace {

struct OpensslDelete {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(BIGNUM* number) const { BN_free(number); }
};
template <class T>
using Owned = std::unique_ptr<T, OpensslDelete>;

constexpr long validity_s = 30L * 24 * 3600;
constexpr int key_bits = 2048;

Failure failure(const std::string& what, const std::string& why) {
    return {.code = ErrorCode::system,
            .message = "certificates: cannot " + what + ": " + why,
            .advice = "give --tls-dir a directory that can be written, or --cert, --key and --ca"};
}

bool add_extension(X509& certificate, X509& issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION> extension(
        X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
    return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

void set_random_serial(X509& certificate) {
    const Owned<BIGNUM> number(BN_new());
    // Two authorities with one name must not give out the same serial: clients then refuse both.
    if (number && BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1)
        BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate));
}

void set_name(X509_NAME& name, const std::string& common_name) {
    const auto add = [&](const char* field, const std::string& value) {
        X509_NAME_add_entry_by_txt(&name,
                                   field,
                                   MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(value.c_str()),
                                   -1,
                                   -1,
                                   0);
    };
    add("O", "Sumac test host");
    add("CN", common_name);
}

Owned<X509> new_certificate(EVP_PKEY& key, const std::string& common_name) {
    Owned<X509> certificate(X509_new());
    if (!certificate) return nullptr;
    X509_set_version(certificate.get(), X509_VERSION_3);
    set_random_serial(*certificate);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity_s);
    X509_set_pubkey(certificate.get(), &key);
    set_name(*X509_get_subject_name(certificate.get()), common_name);
    return certificate;
}

template <class Write>
bool write_file(const std::string& path, Write write) {
    const Owned<BIO> file(BIO_new_file(path.c_str(), "w"));
    return file && write(file.get()) == 1;
}

bool write_certificate(const std::string& path, X509& certificate) {
    return write_file(path, [&](BIO* file) { return PEM_write_bio_X509(file, &certificate); });
}

bool write_key(const std::string& path, EVP_PKEY& key) {
    const mode_t before = umask(0077); // the key is for its owner alone
    const bool written = write_file(path, [&](BIO* file) {
        return PEM_write_bio_PrivateKey(file, &key, nullptr, nullptr, 0, nullptr, nullptr);
    });
    umask(before);
    return written;
}

std::string alternative_names(const std::string& name) {
    if (name == "localhost") return "DNS:localhost,IP:127.0.0.1,IP:::1";
    return "DNS:" + name;
}

} // namespace

Result<CertificateFiles, Failure> make_certificates(const std::string& directory,
                                                    const std::string& name) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return failure("make the directory " + directory, error.message());

    const Owned<EVP_PKEY> ca_key(EVP_RSA_gen(key_bits));
    const Owned<EVP_PKEY> key(EVP_RSA_gen(key_bits));
    if (!ca_key || !key) return failure("make keys", "OpenSSL failed");
    const auto ca = new_certificate(*ca_key, "Sumac test authority");
    const auto server = new_certificate(*key, name);
    if (!ca || !server) return failure("make certificates", "OpenSSL failed");

    X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
    X509_set_issuer_name(server.get(), X509_get_subject_name(ca.get()));
    const bool made = add_extension(*ca, *ca, NID_basic_constraints, "critical,CA:TRUE") &&
                      add_extension(*ca, *ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                      add_extension(*server, *ca, NID_subject_alt_name, alternative_names(name)) &&
                      add_extension(*server, *ca, NID_ext_key_usage, "serverAuth") &&
                      X509_sign(ca.get(), ca_key.get(), EVP_sha256()) > 0 &&
                      X509_sign(server.get(), ca_key.get(), EVP_sha256()) > 0;
    if (!made) return failure("make certificates for '" + name + "'", "OpenSSL refused");

    CertificateFiles files{.ca = directory + "/ca-cert.pem",
                           .certificate = directory + "/server-cert.pem",
                           .key = directory + "/server-key.pem"};
    if (!write_certificate(files.ca, *ca) || !write_certificate(files.certificate, *server) ||
        !write_key(files.key, *key))
        return failure("write to " + directory, std::strerror(errno));
    return files;
}

std::string subject_of(const std::string& certificate_file) {
    const Owned<BIO> file(BIO_new_file(certificate_file.c_str(), "r"));
    if (!file) return {};
    const Owned<X509> certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    const Owned<BIO> text(BIO_new(BIO_s_mem()));
    if (!certificate || !text) return {};
    X509_NAME_print_ex(text.get(),
                       X509_get_subject_name(certificate.get()),
                       0,
                       XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_FN_SN);
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(text.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

} // namespace sumac::host
