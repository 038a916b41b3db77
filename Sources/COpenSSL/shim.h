// OpenSSL, and its macros in the forms that are used: Swift imports none of those.
#ifndef LEGWORK_COPENSSL_SHIM_H
#define LEGWORK_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <string.h>

// The one protocol that is spoken: whoever asks for others only is told so in the handshake.
static inline int copenssl_choose_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered, unsigned int count, void *context
) {
    static const unsigned char http[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char *found = NULL;
    (void)ssl;
    (void)context;
    if (SSL_select_next_proto(&found, length, http, sizeof http, offered, count) != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

// A key with a passphrase is an error, not a question on somebody's terminal.
static inline int copenssl_no_passphrase(char *buffer, int size, int is_writing, void *context) {
    (void)buffer;
    (void)size;
    (void)is_writing;
    (void)context;
    return -1;
}

// The context of a server: TLS 1.2 and later, no renegotiation, sessions in tickets only, little memory per idle connection.
static inline SSL_CTX *copenssl_server_context(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) return NULL;
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(context, copenssl_no_passphrase);
    SSL_CTX_set_alpn_select_cb(context, copenssl_choose_protocol, NULL);
    return context;
}

// What a memory buffer holds: its bytes stay where they are until it is written to or emptied.
static inline long copenssl_held(BIO *buffer, char **bytes) { return BIO_get_mem_data(buffer, bytes); }

static inline void copenssl_empty(BIO *buffer) { (void)BIO_reset(buffer); }

// A buffer that says "later" when it is empty, not "the end".
static inline BIO *copenssl_new_buffer(void) {
    BIO *buffer = BIO_new(BIO_s_mem());
    if (buffer != NULL) BIO_set_mem_eof_return(buffer, -1);
    return buffer;
}

// The oldest error of this thread, as a text; the others are forgotten. Zero when there is none.
static inline unsigned long copenssl_take_error(char *text, size_t size) {
    unsigned long code = ERR_get_error();
    if (size > 0) text[0] = 0;
    if (code != 0) ERR_error_string_n(code, text, size);
    ERR_clear_error();
    return code;
}

static inline const char *copenssl_reason(unsigned long code) { return ERR_reason_error_string(code); }

#endif
