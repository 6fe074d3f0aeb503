package io.s3shard.store.s3;

import java.util.Map;

/** What a person can do about a refusal of S3: one line for each code, and for a bare status. */
final class Remedies {
  private static final String NO_BUCKET =
      "there is no such bucket: create it, or check its name and the endpoint";
  private static final String WRONG_KEY =
      "the credentials are wrong: check the access key and its secret";
  private static final String WRONG_REGION =
      "the bucket is in another region: give its region or endpoint";
  private static final String NO_ROOM = "there is no room left: raise the quota or free space";

  private static final Map<String, String> BY_CODE =
      Map.ofEntries(
          Map.entry("NoSuchBucket", NO_BUCKET),
          Map.entry("InvalidAccessKeyId", WRONG_KEY),
          // versitygw's word for it, with status 404
          Map.entry("XAdminUserNotFound", WRONG_KEY),
          Map.entry("SignatureDoesNotMatch", WRONG_KEY),
          Map.entry("ExpiredToken", "the credentials have expired: renew them"),
          Map.entry("InvalidToken", "the session token is wrong: renew the credentials"),
          Map.entry("RequestTimeTooSkewed", "this machine's clock is wrong: set it (NTP)"),
          Map.entry("PermanentRedirect", WRONG_REGION),
          Map.entry("AuthorizationHeaderMalformed", WRONG_REGION),
          Map.entry("IllegalLocationConstraintException", WRONG_REGION),
          Map.entry("AccountProblem", "the account has a problem: see the provider's console"),
          Map.entry("QuotaExceeded", NO_ROOM),
          Map.entry("XMinioAdminBucketQuotaExceeded", NO_ROOM),
          Map.entry("XMinioStorageFull", NO_ROOM),
          Map.entry(
              "EntityTooLarge",
              "the server does not take objects of this size: choose smaller chunks"),
          Map.entry(
              "InvalidObjectState",
              "the object was archived: restore it, and take lifecycle rules off this bucket"));

  private Remedies() {}

  /** Whether a status of 404 with this code is about the bucket or the key to it, not an object. */
  static boolean isNoObject(String code) {
    String remedy = BY_CODE.get(code);
    return NO_BUCKET.equals(remedy) || WRONG_KEY.equals(remedy);
  }

  /** Whether this code is a refusal whatever the status says. */
  static boolean isFinal(String code) {
    return BY_CODE.containsKey(code);
  }

  /** By the code if it is known, else by the status. */
  static String of(int status, String code) {
    return BY_CODE.getOrDefault(code, ofStatus(status));
  }

  private static String ofStatus(int status) {
    return switch (status) {
      case 301, 307, 308 -> WRONG_REGION;
      case 404 -> NO_BUCKET;
      case 401, 403 ->
          "access denied: allow s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket, or check the keys";
      case 501 -> "the server lacks this request: upgrade it or use another one";
      case 507 -> NO_ROOM;
      default -> "the request is not understood: check the endpoint and that it speaks S3";
    };
  }
}
