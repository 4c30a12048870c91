#include "link/ticket.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <spice/protocol.h>

#include <memory>
#include <string>

namespace sumac::link {

namespace {

constexpr int key_bits = SPICE_TICKET_KEY_PAIR_LENGTH;
constexpr std::size_t ticket_size = key_bits / 8;

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;

// OpenSSL's bytes are unsigned char.
const unsigned char* as_unsigned(const void* data) {
    return static_cast<const unsigned char*>(data);
}

/// Null if it is not an RSA key of the ticket's size. Bytes behind the key are accepted.
Key parse_key(Bytes der) {
    const unsigned char* cursor = as_unsigned(der.data());
    Key key{d2i_PUBKEY(nullptr, &cursor, static_cast<long>(der.size()))};
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return nullptr;
    return EVP_PKEY_get_bits(key.get()) == key_bits ? std::move(key) : nullptr;
}

bool encrypt(EVP_PKEY* key, std::string_view plain, std::vector<std::byte>& cipher) {
    const Context context{EVP_PKEY_CTX_new(key, nullptr)};
    std::size_t size = cipher.size();
    return context && EVP_PKEY_encrypt_init(context.get()) > 0 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha1()) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha1()) > 0 &&
           EVP_PKEY_encrypt(context.get(),
                            static_cast<unsigned char*>(static_cast<void*>(cipher.data())),
                            &size,
                            as_unsigned(plain.data()),
                            plain.size()) > 0 &&
           size == cipher.size();
}

} // namespace

Result<std::vector<std::byte>> encrypt_ticket(Bytes public_key_der, std::string_view password) {
    const Key key = parse_key(public_key_der);
    ERR_clear_error(); // TLS of this thread would find what the parser left there
    if (!key) return Error{ErrorCode::invalid, "its key is not an RSA key of 1024 bits", 0};
    std::string plain{password};
    plain += '\0';
    std::vector<std::byte> cipher(ticket_size);
    const bool encrypted = encrypt(key.get(), plain, cipher);
    ERR_clear_error();
    OPENSSL_cleanse(plain.data(), plain.size());
    if (!encrypted) return Error{ErrorCode::system, "OpenSSL could not encrypt with its key", 0};
    return cipher;
}

} // namespace sumac::link
