<?php
// A user's program, with PHP's curl extension.
$curl = curl_init('https://api.statuspool.io/v1/monitors?limit=1');
$headers = ['Authorization: Bearer YOUR_API_KEY'];
curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPHEADER => $headers]);
$body = curl_exec($curl);
echo $body === false ? curl_error($curl) : curl_getinfo($curl, CURLINFO_RESPONSE_CODE), "\n";
