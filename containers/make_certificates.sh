#!/bin/sh
# Create a certificate authority and a certificate for each service, for development: make_certificates.sh FOLDER
# Every user of this computer can read the keys, because the containers run as different users.
set -eu
folder=$1
days=365
mkdir -p "$folder"
cd "$folder"
umask 077

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$days" \
  -subj "/CN=Bookstall development CA" -addext "keyUsage=critical,keyCertSign,cRLSign" \
  -keyout ca.key -out ca.crt 2>/dev/null

for service in recommendations marketplace; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$service" \
    -keyout "$service.key" -out "$service.csr" 2>/dev/null
  # The container's health check is a client of its own service, at 127.0.0.1.
  printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' "$service" >extensions
  openssl x509 -req -in "$service.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$days" \
    -extfile extensions -out "$service.crt" 2>/dev/null
  rm "$service.csr" extensions
  chmod 644 "$service.key" "$service.crt"
done
chmod 644 ca.crt
chmod 755 .
echo "certificates are in $folder, valid for $days days"
