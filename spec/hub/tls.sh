#!/bin/sh
# HTTP/2 over TLS on loopback, with a certificate made here and now for localhost and [::1] (not for 127.0.0.1): tls.sh FOLDER PORT [ignored]
set -eu
cd "$1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:::1 -keyout key.pem -out certificate.pem 2>/dev/null
user=; [ "$(id -u)" != 0 ] || user="user root;" # else the workers could not use FOLDER
cat > nginx.conf <<EOF
daemon off; worker_processes 1; pid nginx.pid; error_log error.log; $user
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen 127.0.0.1:$2 ssl http2; listen [::1]:$2 ssl http2;
    ssl_certificate certificate.pem; ssl_certificate_key key.pem;
    location / { return 200 "\$server_protocol \$connection"; }
  }
}
EOF
exec /usr/sbin/nginx -p "$PWD/" -c nginx.conf -e "$PWD/error.log"
