<?php
// A user's program, with PHP's streams, which know no proxy.
$context = stream_context_create(['http' => ['header' => 'Authorization: Bearer YOUR_API_KEY']]);
$body = @file_get_contents('https://api.statuspool.io/v1/monitors?limit=1', false, $context);
echo $body === false ? error_get_last()['message'] : $body, "\n";
